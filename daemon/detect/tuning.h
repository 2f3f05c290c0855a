// What operators change while the daemon runs, over the API or in tuning.yaml: exceptions, suppressions, filter macros,
// and which detections run. It comes last: over the files and over the configuration. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/front_end.h"
#include "storage/query.h"

namespace rw::detect {

// For all detections.
inline constexpr std::string_view kEveryDetection = "*";

struct Exception {
  std::string id;
  std::string detection;                                    // name or id, or kEveryDetection
  std::vector<std::pair<std::string, std::string>> fields;  // result column and pattern (`*`: any run, no case)
  std::string reason;
  std::string actor;  // who added it
  core::Micros created{};
  std::optional<core::Micros> expires;
  Place place = {};  // in the file
};

struct Suppression {
  std::string id;
  std::string detection;
  std::vector<std::string> fields;
  std::chrono::microseconds period{0};
  std::string actor;
  core::Micros created{};
  std::optional<core::Micros> expires;
  Place place = {};
};

struct Tuning {
  std::vector<Exception> exceptions;
  std::vector<Suppression> suppressions;
  std::map<std::string, std::string, std::less<>> filters;  // macro name → SPL that stands for it
  std::map<std::string, bool, std::less<>> enabled;         // by detection: id or name
};

// Whether what is tuned for `named` (a name or id, or kEveryDetection) is tuned for this one.
bool concerns(std::string_view named, const Detection& detection);
// What of it concerns the detection.
DetectionTuning tuning_of(const Tuning& tuning, const Detection& detection);

// Why it does not run, where `enabled` says false.
core::Problem switched_off_in_service(const std::string& tuning_file);

RowException row_exception(const Exception& exception);

// Whether the row's columns match all patterns. A column that is not there, null or empty matches none, not even `*`;
// one with several values only where each of them matches, so that an exception for one account hides no other.
template <class Find>  // const storage::Value* find(column); nullptr: there is none
bool is_excepted(const RowException& exception, const Find& find);

// Every value of the cell matches, and there is one.
bool all_match(const storage::Value* cell, const core::TextPattern& pattern);

template <class Find>
bool is_excepted(const RowException& exception, const Find& find) {
  for (const auto& [column, pattern] : exception.columns) {
    if (!all_match(find(column), pattern)) return false;
  }
  return true;
}

// The macro at the end of an ESCU search by which its results are filtered: `NAME_filter`. Empty: there is none.
std::string filter_macro_of(const Detection& detection);

}  // namespace rw::detect
