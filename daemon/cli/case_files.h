// What `regwarden test` has to try: the tests that ESCU files name, and Sigma's regression cases, each with the files
// of events that it wants.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/detect/load.h"

namespace rw::cli {

struct TestCase {
  std::string name;  // "True Positive Test"; of Sigma the case's folder
  std::shared_ptr<const detect::Detection> detection;
  std::vector<std::string> files;
  std::optional<std::int64_t> match_count;  // Sigma: so many events must match at least; none: one
  std::string skipped;                      // why it cannot be tried; empty: it can
};

// The files below a folder, found by the path they have elsewhere.
class CaseData {
 public:
  // Follows symbolic links. Problems: a folder that cannot be read.
  static CaseData below(const std::string& folder, core::Problems& problems);

  // The file for a URL (or path) of ESCU's attack data: the one whose path has the longest tail in common with it,
  // where the file may also be compressed (.gz). In common must be the file's whole path below the folder, or three
  // parts: many folders have a "windows-sysmon.log". Errors: NotFound; InvalidInput (several fit equally well).
  core::Result<std::string> find(std::string_view url) const;

  const std::string& folder() const { return folder_; }
  // Relative to the folder, sorted.
  const std::vector<std::string>& files() const { return files_; }

 private:
  std::string folder_;
  std::vector<std::string> files_;
};

// One or more for each detection of the catalogue, in its order. A detection without a test, and a test without its
// data, are there as skipped. Problems: manifests and info files that cannot be read.
std::vector<TestCase> test_cases(const detect::Catalogue& catalogue, const CaseData& data, core::Problems& problems);

}  // namespace rw::cli
