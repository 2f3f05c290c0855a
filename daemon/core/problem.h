// A problem in a file that a person wrote: configuration, detection, macro. Loaders gather all of them.
#pragma once

#include <string>
#include <vector>

namespace rw::core {

enum class Severity { kError, kWarning };

struct Problem {
  std::string file;
  int line = 0;         // from 1; 0: the file as a whole
  int col = 0;          // from 1
  std::string message;  // what, and what was expected
  Severity severity = Severity::kError;

  friend bool operator==(const Problem&, const Problem&) = default;
};

using Problems = std::vector<Problem>;

bool has_errors(const Problems& problems);

// "etc/regwarden.yaml:12:5: error: time_zone: 'Mars': expected an IANA time zone name"
std::string render(const Problem& problem);

}  // namespace rw::core
