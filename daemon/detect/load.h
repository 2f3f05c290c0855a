// Files → detections: folders of ESCU YAML and Sigma rules, macro files, deployments, and the operator's overrides.
// Loading never stops at a fault: every problem is reported, and a detection that cannot run is listed as unsupported.
//
// What decides schedule and actions, each replacing the one before: the detection's type (ESCU's table), a deployment
// file of that type, the detection's own deployment, `defaults`, `overrides`, what was tuned in service. What decides a
// macro: the built-in ones, those of `paths`, `macros`, the filters of the tuning. All files are read before any search
// is compiled, so their order in a folder never matters for that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/detect/catalogue.h"
#include "daemon/detect/sigma/options.h"

namespace rw::detect {

// What the operator sets for all detections, or for one; unset members leave what the files say. Values are taken as
// they are: whoever reads them from the configuration, and knows where they stand, checks them.
struct Settings {
  // true: run it although its status or folder says experimental, deprecated or removed. false: never.
  std::optional<bool> enabled;
  std::optional<std::string> cron_schedule;
  std::optional<core::TimeModifier> earliest_time;
  std::optional<core::TimeModifier> latest_time;
  std::optional<std::string> schedule_window;
  std::optional<std::int64_t> risk_score;  // of every risk object, 0 to 100; severity follows unless it is set too
  std::optional<bool> creates_risk;
  std::optional<bool> creates_notable;
  std::optional<std::string> severity;
  std::optional<Throttle> suppress;  // in place of the file's; a period of 0: none
};

struct LoadOptions {
  // Files or folders (searched recursively for .yml and .yaml; hidden ones are passed over, links followed). A folder
  // may hold a whole copy of ESCU's content: macros, deployments and lookups are used, stories passed over. CSV files
  // in it are lookups too.
  std::vector<std::string> paths;
  std::vector<std::string> macros;  // files or folders
  bool builtin = true;              // the detections that ship inside the program
  std::string tuning_file;          // what was tuned in service (tuning_file.h); need not be there. Empty: none
  sigma::Options sigma;
  Settings defaults;
  // By name, id or file stem. `file`, `line`, `col`: where the override stands, for problems (it names nothing).
  struct Override {
    std::string detection;
    Settings settings;
    std::string file;
    int line = 0;
    int col = 0;
  };
  std::vector<Override> overrides;
};

// A path that does not exist is a problem. A file that is neither ESCU's nor Sigma's is a warning. Two detections with
// one id or one name are a problem (one from a file replaces the built-in one), and so is an override that names none,
// or a stem of several. A malformed detection is a problem and is not in the catalogue; one whose search does not
// compile is a warning and is in it as unsupported. Unknown keys in a detection file are ignored: the format grows
// every few months.
// before: what was loaded until now, if anything. A macro file that is broken now gives what it gave then, so that a
// slip in a file of filters does not switch all of them off; so does a tuning file.
std::shared_ptr<const Catalogue> load(const LoadOptions& options, core::Problems& problems,
                                      const Catalogue* before = nullptr);

}  // namespace rw::detect
