#include "daemon/detect/tuning.h"

#include <algorithm>

#include "daemon/core/text.h"
#include "daemon/detect/catalogue.h"
#include "daemon/detect/rows.h"

namespace rw::detect {

bool concerns(std::string_view named, const Detection& detection) {
  return named == kEveryDetection || is_called(detection, named);
}

DetectionTuning tuning_of(const Tuning& tuning, const Detection& detection) {
  DetectionTuning own;
  for (const Exception& exception : tuning.exceptions) {
    if (concerns(exception.detection, detection)) own.exceptions.push_back(row_exception(exception));
  }
  for (const Suppression& suppression : tuning.suppressions) {
    if (!concerns(suppression.detection, detection)) continue;
    own.throttles.push_back({suppression.fields, suppression.period, suppression.expires});
  }
  for (const auto& [named, enabled] : tuning.enabled) {
    if (is_called(detection, named)) own.enabled = enabled;
  }
  return own;
}

core::Problem switched_off_in_service(const std::string& tuning_file) {
  return {.file = tuning_file, .message = "switched off while in service", .severity = core::Severity::kWarning};
}

RowException row_exception(const Exception& exception) {
  RowException row;
  row.expires = exception.expires;
  for (const auto& [column, pattern] : exception.fields) {
    row.columns.emplace_back(column, core::TextPattern::with_stars(pattern));
  }
  return row;
}

bool all_match(const storage::Value* cell, const core::TextPattern& pattern) {
  if (cell == nullptr) return false;
  std::vector<std::string> texts = texts_of(*cell);
  std::erase(texts, "");
  return !texts.empty() && std::ranges::all_of(texts, [&](const std::string& text) { return pattern.matches(text); });
}

std::string filter_macro_of(const Detection& detection) {
  constexpr std::string_view kSuffix = "_filter`";
  const std::string_view search = detection.search_text;
  const std::size_t end = search.rfind(kSuffix);
  if (detection.source != "escu" || end == std::string_view::npos) return {};
  const std::size_t begin = search.rfind('`', end);
  if (begin == std::string_view::npos) return {};
  const std::string_view name = search.substr(begin + 1, end + kSuffix.size() - 2 - begin);
  const bool word = std::ranges::all_of(name, [](char c) {
    return core::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  });
  return word ? std::string(name) : std::string();
}

}  // namespace rw::detect
