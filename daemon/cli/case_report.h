// The results of `regwarden test`: a table, JSON, JUnit XML. Pure.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "daemon/cli/case_run.h"

namespace rw::cli {

std::size_t count_of(const std::vector<CaseResult>& results, Verdict verdict);

// What is not passed and what else fired, below it the counts.
void print_cases(std::ostream& out, const std::vector<CaseResult>& results);
// {"passed", "failed", "skipped", "tests": [{"detection", "id", "source", "test", "result", "matches", …}]}
void print_cases_json(std::ostream& out, const std::vector<CaseResult>& results);
// As the CI systems read it: one testsuite, a testcase each, <failure> and <skipped> with their reason.
std::string junit_of(const std::vector<CaseResult>& results);

}  // namespace rw::cli
