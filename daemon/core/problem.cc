#include "daemon/core/problem.h"

#include <fmt/format.h>

#include <algorithm>

namespace rw::core {

bool has_errors(const Problems& problems) {
  return std::ranges::any_of(problems, [](const Problem& p) { return p.severity == Severity::kError; });
}

std::string render(const Problem& problem) {
  const char* severity = problem.severity == Severity::kError ? "error" : "warning";
  if (problem.line == 0) return fmt::format("{}: {}: {}", problem.file, severity, problem.message);
  return fmt::format("{}:{}:{}: {}: {}", problem.file, problem.line, problem.col, severity, problem.message);
}

}  // namespace rw::core
