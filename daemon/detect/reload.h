// Detections read again while they are in service. A file that went bad never takes what works down: the version that
// was in service stays, and the problem is reported.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/detect/load.h"

namespace rw::detect {

struct ReloadReport {
  std::size_t loaded = 0;  // detections in service or listed, now
  std::size_t enabled = 0;
  std::size_t unsupported = 0;
  // Names, sorted. A detection is known by its id; it has changed when its content hash or its state has.
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  std::vector<std::string> kept;  // their files are broken now: the version that was in service goes on
  core::Problems problems;
};

struct Reloaded {
  std::shared_ptr<const Catalogue> catalogue;
  ReloadReport report;
};

// `loaded` with `problems` is what load() made of the files as they are now (told of `before`, for macros).
// A detection of `before` stays in its old version when its file is still there but gives it no more, with an error in
// the file or nothing of use left in it; and when it could run before and cannot now: its search does not compile, or
// `can_run`, which knows the rest (schedules belong to a layer above), says no. One whose file was deleted goes, also
// when its file now holds others without an error.
Reloaded merge_reloaded(const Catalogue& before, const Catalogue& loaded, core::Problems problems,
                        const std::function<bool(const Detection&)>& can_run);

}  // namespace rw::detect
