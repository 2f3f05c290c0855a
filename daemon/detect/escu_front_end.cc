#include "daemon/detect/escu_front_end.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/detect/compile.h"
#include "daemon/detect/escu.h"
#include "daemon/detect/lookup_file.h"
#include "daemon/detect/macro_file.h"

namespace rw::detect {
namespace {

class LoadedEscu final : public LoadedDetection {
 public:
  LoadedEscu(EscuDetection escu, const EscuFrontEnd& front_end)
      : severity_table_(escu.severity_table),
        deployment_(std::move(escu.deployment)),
        status_(escu.status),
        search_(escu.search),
        front_end_(front_end) {
    own_schedule = deployment_.has_value();
    detection = std::move(escu.detection);
    id = escu.id;
    name = escu.name;
  }

  void deploy() override {
    apply(deployment_ ? *deployment_ : *front_end_.knowledge().deployments.find(detection.type), detection);
  }

  void set_risk_score(std::int64_t score) override {
    LoadedDetection::set_risk_score(score);
    const bool by_tags = severity_table_ == SeverityTable::kTags;
    detection.severity = severity_of(severity_table_, by_tags ? score : highest_score(detection.risk_objects));
  }

  std::optional<core::Problem> reason_not_to_run() const override {
    if (detection.status == "production") return reason_of_folder(detection);
    return core::Problem{detection.file, status_.line, status_.col,
                         fmt::format("status is {}: {}", detection.status, kHowToRun), core::Severity::kWarning};
  }

  std::shared_ptr<const Search> compile(core::Problems& faults) const override {
    auto search = compile_spl(detection.search_text, front_end_.knowledge());
    if (search.ok()) return std::move(search).value();
    // The compiler's message begins with its own LINE:COL, in the search.
    faults.push_back({detection.file, search_.line, search_.col, "search at " + search.error().message});
    return nullptr;
  }

 private:
  const SeverityTable severity_table_;
  const std::optional<Deployment> deployment_;
  const Place status_;
  const Place search_;
  const EscuFrontEnd& front_end_;
};

}  // namespace

bool EscuFrontEnd::takes(const yaml::Node& root) const { return escu_kind(root) != EscuKind::kUnknown; }

std::vector<std::unique_ptr<LoadedDetection>> EscuFrontEnd::read(const std::vector<yaml::Document>& documents,
                                                                 core::Problems& problems) {
  std::vector<std::unique_ptr<LoadedDetection>> out;
  if (documents.size() > 1) {
    yaml::Document::report_second(documents[1].root(), problems);
    return out;
  }
  const yaml::Node& root = documents.front().root();
  switch (escu_kind(root)) {
    case EscuKind::kDetection:
      if (auto escu = parse_escu(root, root.file(), problems)) {
        out.push_back(std::make_unique<LoadedEscu>(*std::move(escu), *this));
      }
      break;
    case EscuKind::kMacro:
      read_escu_macro(root, knowledge_.macros, problems);
      break;
    case EscuKind::kDeployment:
      if (auto deployment = parse_deployment(root, problems)) knowledge_.deployments.replace(std::move(*deployment));
      break;
    case EscuKind::kLookup:
      read_lookup(root, knowledge_.lookups, problems);
      break;
    case EscuKind::kNeighbour:
    case EscuKind::kUnknown:
      break;
  }
  return out;
}

}  // namespace rw::detect
