// What a detection's type decides: when it runs and what becomes of its rows. The table is ESCU's; a deployment file
// replaces the row of its type. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/detect/detection.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {

struct Deployment {
  std::string file;  // empty: built in
  std::string type;
  Schedule schedule;
  bool creates_risk = false;
  bool creates_notable = false;
  std::string rule_title = "%name%";
  std::string rule_description = "%description%";
  std::vector<std::string> nes_fields = {"user", "dest"};
};

class Deployments {
 public:
  // ESCU's own: TTP risk and notable, Anomaly risk, Hunting neither, Correlation notable; hourly, the hour that ended
  // ten minutes ago. Baseline neither, daily.
  static Deployments builtin();

  // nullptr: not a type of detection.
  const Deployment* find(std::string_view type) const;
  void replace(Deployment deployment);
  const std::vector<Deployment>& rows() const { return rows_; }

 private:
  std::vector<Deployment> rows_;
};

// The types that have a row, for messages.
inline constexpr std::string_view kDetectionTypes = "TTP, Anomaly, Hunting, Correlation or Baseline";

// A deployment file (`type`, `scheduling`, `alert_action` with `notable` and `rba`). nullopt: an error is in problems.
// Actions that ESCU knows and we do not (email, slack, phantom) are ignored, as all unknown keys.
std::optional<Deployment> parse_deployment(const yaml::Node& root, core::Problems& problems);

// The same without `type`: `deployment` of a detection's own file, as contentctl has it. nullopt: as above.
std::optional<Deployment> parse_own_deployment(const yaml::Node& node, core::Problems& problems);

// Schedule, actions and title of the detection's type, with %name% and %description% filled.
void apply(const Deployment& deployment, Detection& detection);

}  // namespace rw::detect
