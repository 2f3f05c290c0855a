// One test of a detection: its events in a store of their own, its search over all time, and the verdict.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/case_files.h"
#include "daemon/core/time.h"
#include "storage/store.h"

namespace rw::cli {

enum class Verdict { kPass, kFail, kSkip };
std::string_view verdict_name(Verdict verdict);  // "passed", "failed", "skipped"

struct CaseResult {
  TestCase test;
  Verdict verdict = Verdict::kSkip;
  std::string reason;                   // of what is not passed
  std::int64_t matches = 0;             // rows; of a Sigma rule events
  std::vector<std::string> also_fired;  // other detections that found something in a Sigma case's events, by name
  std::chrono::milliseconds took{0};
};

struct CaseMeans {
  const core::TimeZone& zone;
  const storage::SearchLimits& limits;
  // Those that are tried on the events of Sigma cases besides the case's own.
  const std::vector<std::shared_ptr<const detect::Detection>>& others;
};

// ESCU passes with at least one row in which every risk object's column is filled (contentctl's rule); Sigma with
// at least match_count matching events, or one where no number is said. What goes wrong makes a failed case.
CaseResult run_case(const TestCase& test, const CaseMeans& means);

}  // namespace rw::cli
