#include "daemon/detect/reload.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/content_hash.h"

namespace rw::detect {
namespace {

using DetectionPtr = std::shared_ptr<const Detection>;

std::map<std::string_view, DetectionPtr> by_id(const Catalogue& catalogue) {
  std::map<std::string_view, DetectionPtr> detections;
  for (const DetectionPtr& detection : catalogue.detections()) detections.emplace(detection->id, detection);
  return detections;
}

// False only when it is known not to be there: what cannot be looked at may be.
bool may_exist(const std::string& file) {
  std::error_code error;
  return std::filesystem::exists(file, error) || error;
}

class Merger {
 public:
  Merger(const Catalogue& before, const Catalogue& loaded, core::Problems problems,
         const std::function<bool(const Detection&)>& can_run)
      : before_(before), loaded_(loaded), can_run_(can_run) {
    report_.problems = std::move(problems);
    for (const core::Problem& problem : report_.problems) {
      if (problem.severity == core::Severity::kError) files_with_errors_.insert(problem.file);
    }
    for (const DetectionPtr& detection : loaded.detections()) {
      files_with_detections_.insert(detection->file);
      names_.insert(core::fold(detection->name));
    }
  }

  Reloaded merge() {
    const auto old = by_id(before_);
    const auto now = by_id(loaded_);
    std::vector<DetectionPtr> all;
    for (const auto& [id, detection] : now) {
      const auto was = old.find(id);
      if (was == old.end()) {
        report_.added.push_back(detection->name);
        all.push_back(detection);
      } else if (runs(*was->second) && (!runs(*detection) || is_stopgap_of(*detection, *was->second))) {
        keep(was->second, all);
      } else {
        if (was->second->content_hash != detection->content_hash || was->second->state != detection->state) {
          report_.changed.push_back(detection->name);
        }
        all.push_back(detection);
      }
    }
    for (const auto& [id, detection] : old) {
      if (now.contains(id)) continue;
      if (stays(*detection)) {
        keep(detection, all);
      } else {
        report_.removed.push_back(detection->name);
      }
    }
    return finish(std::move(all));
  }

 private:
  bool runs(const Detection& detection) const { return detection.search != nullptr && can_run_(detection); }

  // The file of the one that was is broken now, and so another with its id came up: the built-in one, say.
  bool is_stopgap_of(const Detection& detection, const Detection& was) const {
    return detection.file != was.file && files_with_errors_.contains(was.file) && may_exist(was.file);
  }

  bool stays(const Detection& detection) {
    // Its name may belong to another file by now.
    if (names_.contains(core::fold(detection.name)) || !may_exist(detection.file)) return false;
    if (files_with_errors_.contains(detection.file)) return true;
    // A folder that cannot be read takes its files with it.
    for (auto path = std::filesystem::path(detection.file).parent_path(); !path.empty(); path = path.parent_path()) {
      if (files_with_errors_.contains(path.string())) return true;
      if (path == path.parent_path()) break;
    }
    return !files_with_detections_.contains(detection.file) && !detection.file.starts_with("builtin:");
  }

  void keep(const DetectionPtr& detection, std::vector<DetectionPtr>& all) {
    report_.kept.push_back(detection->name);
    report_.problems.push_back(
        {.file = detection->file,
         .message = fmt::format("{}: the version that was in service before stays", core::quoted(detection->name)),
         .severity = core::Severity::kWarning});
    all.push_back(tuned(detection));
  }

  // What stays is tuned as all others are.
  DetectionPtr tuned(const DetectionPtr& detection) const {
    DetectionTuning tuning = tuning_of(loaded_.tuning(), *detection);
    if (tuning == detection->tuning) return detection;
    Detection copy = *detection;
    if (tuning.enabled != copy.tuning.enabled && copy.search != nullptr) {
      copy.problem = std::nullopt;
      if (tuning.enabled == false) copy.problem = switched_off_in_service("");
      copy.state = copy.problem ? DetectionState::kDisabled : DetectionState::kEnabled;
    }
    copy.tuning = std::move(tuning);
    copy.content_hash = content_hash(copy);
    return std::make_shared<const Detection>(std::move(copy));
  }

  Reloaded finish(std::vector<DetectionPtr> all) {
    std::ranges::sort(all, {}, [](const DetectionPtr& detection) { return core::fold(detection->name); });
    for (auto* names : {&report_.added, &report_.changed, &report_.removed, &report_.kept}) std::ranges::sort(*names);
    report_.loaded = all.size();
    for (const DetectionPtr& detection : all) {
      if (detection->state == DetectionState::kEnabled) ++report_.enabled;
      if (detection->state == DetectionState::kUnsupported) ++report_.unsupported;
    }
    return {std::make_shared<const Catalogue>(std::move(all), loaded_.knowledge(), loaded_.tuning()),
            std::move(report_)};
  }

  const Catalogue& before_;
  const Catalogue& loaded_;
  const std::function<bool(const Detection&)>& can_run_;
  ReloadReport report_;
  std::set<std::string, std::less<>> files_with_errors_;
  std::set<std::string, std::less<>> files_with_detections_;
  std::set<std::string, std::less<>> names_;  // folded
};

}  // namespace

Reloaded merge_reloaded(const Catalogue& before, const Catalogue& loaded, core::Problems problems,
                        const std::function<bool(const Detection&)>& can_run) {
  return Merger(before, loaded, std::move(problems), can_run).merge();
}

}  // namespace rw::detect
