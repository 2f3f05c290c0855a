#include "daemon/detect/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "daemon/core/text.h"
#include "daemon/detect/builtin.h"
#include "daemon/detect/compile.h"
#include "daemon/detect/content_hash.h"
#include "daemon/detect/deployment.h"
#include "daemon/detect/escu.h"
#include "daemon/detect/files.h"
#include "daemon/detect/macro_file.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {
namespace {

bool is_called(const Detection& detection, std::string_view text) {
  return detection.id == text || core::equals_folded(detection.name, text);
}

template <class T>
void set(std::optional<T>& value, const std::optional<T>& over) {
  if (over) value = over;
}

void lay_over(Settings& settings, const Settings& over) {
  set(settings.enabled, over.enabled);
  set(settings.cron_schedule, over.cron_schedule);
  set(settings.earliest_time, over.earliest_time);
  set(settings.latest_time, over.latest_time);
  set(settings.schedule_window, over.schedule_window);
  set(settings.risk_score, over.risk_score);
  set(settings.creates_risk, over.creates_risk);
  set(settings.creates_notable, over.creates_notable);
  set(settings.severity, over.severity);
}

void apply(const Settings& settings, EscuDetection& escu) {
  Detection& d = escu.detection;
  d.schedule.cron_schedule = settings.cron_schedule.value_or(d.schedule.cron_schedule);
  d.schedule.earliest_time = settings.earliest_time.value_or(d.schedule.earliest_time);
  d.schedule.latest_time = settings.latest_time.value_or(d.schedule.latest_time);
  d.schedule.schedule_window = settings.schedule_window.value_or(d.schedule.schedule_window);
  d.creates_risk = settings.creates_risk.value_or(d.creates_risk);
  d.creates_notable = settings.creates_notable.value_or(d.creates_notable);
  if (settings.risk_score) {
    for (RiskObject& object : d.risk_objects) object.score = *settings.risk_score;
    const bool by_tags = escu.severity_table == SeverityTable::kTags;
    d.severity = severity_of(escu.severity_table, by_tags ? settings.risk_score : highest_score(d.risk_objects));
  }
  d.severity = settings.severity.value_or(d.severity);
}

// Why the file itself says that the detection should not run; nullopt: it does not.
std::optional<core::Problem> reason_not_to_run(const EscuDetection& escu) {
  constexpr std::string_view kHowTo = "it runs only where detections.overrides sets enabled: true";
  const Detection& d = escu.detection;
  core::Problem reason{.file = d.file, .message = {}, .severity = core::Severity::kWarning};
  if (d.status != "production") {
    reason.line = escu.status.line;
    reason.col = escu.status.col;
    reason.message = fmt::format("status is {}: {}", d.status, kHowTo);
    return reason;
  }
  for (const auto& folder : std::filesystem::path(d.file).parent_path()) {
    if (folder != "deprecated" && folder != "removed") continue;
    reason.message = fmt::format("in a folder named {}: {}", folder.string(), kHowTo);
    return reason;
  }
  return std::nullopt;
}

class Loader {
 public:
  Loader(const LoadOptions& options, core::Problems& problems, const Catalogue* before)
      : options_(options), problems_(problems), before_(before) {}

  std::shared_ptr<const Catalogue> load() {
    read_paths();
    read_macros();
    if (options_.builtin) read_builtin();
    // From here on all detections, macros and deployments are known.
    configure();
    compile();
    return catalogue();
  }

 private:
  struct Loaded {
    EscuDetection escu;
    Settings settings;
    core::Problem switched_off;  // where `enabled: false` stands
  };

  void read_paths();
  void read_file(const std::string& path);
  void read_macros();
  // Those that the file, which is broken, gave before.
  void keep_macros(const std::string& file);
  void read_builtin();
  // The loaded detection with this id, or this name. nullptr: none.
  const Detection* twin_of(const Detection& detection) const;
  void add(EscuDetection escu);
  void configure();
  std::vector<Loaded*> named_by(const LoadOptions::Override& override_);
  void decide_state(Loaded& loaded);
  void compile();
  std::shared_ptr<const Catalogue> catalogue();

  const LoadOptions& options_;
  core::Problems& problems_;
  const Catalogue* const before_;
  Macros macros_ = Macros::builtin();
  Deployments deployments_ = Deployments::builtin();
  std::vector<Loaded> loaded_;
};

void Loader::read_paths() {
  FileList list;
  for (const std::string& path : options_.paths) {
    for (const std::string& file : list.add(path, problems_)) read_file(file);
  }
}

void Loader::read_file(const std::string& path) {
  core::Problems found;
  const auto document = yaml::Document::load(path, found);
  const bool readable = document && !core::has_errors(found);
  problems_.insert(problems_.end(), found.begin(), found.end());
  if (!readable) {
    keep_macros(path);
    return;
  }
  const yaml::Node& root = document->root();
  const auto warn = [&](std::string message) {
    problems_.push_back({path, root.line(), root.col(), std::move(message), core::Severity::kWarning});
  };
  switch (escu_kind(root)) {
    case EscuKind::kDetection:
      if (auto escu = parse_escu(root, path, problems_)) add(std::move(*escu));
      break;
    case EscuKind::kMacro: {
      core::Problems faults;
      read_escu_macro(root, macros_, faults);
      if (core::has_errors(faults)) keep_macros(path);
      problems_.insert(problems_.end(), faults.begin(), faults.end());
      break;
    }
    case EscuKind::kDeployment:
      if (auto deployment = parse_deployment(root, problems_)) deployments_.replace(std::move(*deployment));
      break;
    case EscuKind::kNeighbour:
      break;
    case EscuKind::kSigma:
      warn("a Sigma rule: expected an ESCU detection, macro or deployment");
      break;
    case EscuKind::kUnknown:
      warn("not a detection, macro or deployment (macros of your own belong to detections.macros)");
      break;
  }
}

void Loader::read_macros() {
  FileList list;
  for (const std::string& path : options_.macros) {
    for (const std::string& file : list.add(path, problems_)) {
      core::Problems faults;
      if (const auto document = yaml::Document::load(file, faults)) {
        read_macro_file(document->root(), macros_, faults);
      }
      if (core::has_errors(faults)) keep_macros(file);
      problems_.insert(problems_.end(), faults.begin(), faults.end());
    }
  }
}

void Loader::keep_macros(const std::string& file) {
  if (before_ == nullptr) return;
  for (Macro& macro : before_->macros().of_file(file)) macros_.add(std::move(macro));
}

void Loader::read_builtin() {
  for (const BuiltinFile& file : builtin_files()) {
    const auto document = yaml::Document::parse(file.text, fmt::format("builtin:{}", file.name), problems_);
    if (!document) continue;
    auto escu = parse_escu(document->root(), document->root().file(), problems_);
    if (escu && twin_of(escu->detection) == nullptr) add(std::move(*escu));
  }
}

const Detection* Loader::twin_of(const Detection& detection) const {
  for (const Loaded& other : loaded_) {
    const Detection& d = other.escu.detection;
    if (d.id == detection.id || core::equals_folded(d.name, detection.name)) return &d;
  }
  return nullptr;
}

void Loader::add(EscuDetection escu) {
  const Detection& d = escu.detection;
  if (const Detection* twin = twin_of(d)) {
    const bool same_id = twin->id == d.id;
    const Place place = same_id ? escu.id : escu.name;
    problems_.push_back({d.file, place.line, place.col,
                         fmt::format("{} {} is also that of {}: expected one detection of it", same_id ? "id" : "name",
                                     core::quoted(same_id ? d.id : d.name), twin->file)});
    return;
  }
  loaded_.push_back({.escu = std::move(escu), .settings = options_.defaults, .switched_off = {}});
}

std::vector<Loader::Loaded*> Loader::named_by(const LoadOptions::Override& override_) {
  std::vector<Loaded*> by_stem;
  for (Loaded& loaded : loaded_) {
    if (is_called(loaded.escu.detection, override_.detection)) return {&loaded};
    if (loaded.escu.detection.stem == override_.detection) by_stem.push_back(&loaded);
  }
  return by_stem;
}

void Loader::configure() {
  for (Loaded& loaded : loaded_) {
    apply(*deployments_.find(loaded.escu.detection.type), loaded.escu.detection);
    loaded.switched_off = {.file = loaded.escu.detection.file, .message = "switched off by detections.defaults"};
  }
  for (const LoadOptions::Override& override_ : options_.overrides) {
    const std::vector<Loaded*> named = named_by(override_);
    if (named.size() != 1) {
      problems_.push_back({override_.file, override_.line, override_.col,
                           fmt::format("{}: expected the name, id or file stem of one detection, found {}",
                                       core::quoted(override_.detection), named.size())});
      continue;
    }
    lay_over(named[0]->settings, override_.settings);
    if (override_.settings.enabled) {
      named[0]->switched_off = {override_.file, override_.line, override_.col, "switched off in the configuration"};
    }
  }
  for (Loaded& loaded : loaded_) {
    apply(loaded.settings, loaded.escu);
    decide_state(loaded);
  }
}

void Loader::decide_state(Loaded& loaded) {
  Detection& d = loaded.escu.detection;
  d.problem = reason_not_to_run(loaded.escu);
  if (loaded.settings.enabled == false) {
    d.problem = loaded.switched_off;
    d.problem->severity = core::Severity::kWarning;
  } else if (loaded.settings.enabled == true) {
    d.problem = std::nullopt;
  }
  d.state = d.problem ? DetectionState::kDisabled : DetectionState::kEnabled;
}

void Loader::compile() {
  for (Loaded& loaded : loaded_) {
    Detection& d = loaded.escu.detection;
    auto search = compile_spl(d.search_text, macros_);
    if (search.ok()) {
      d.search = std::move(search).value();
      continue;
    }
    d.state = DetectionState::kUnsupported;
    // The compiler's message begins with its own LINE:COL, in the search.
    d.problem = core::Problem{d.file, loaded.escu.search.line, loaded.escu.search.col,
                              "search at " + search.error().message, core::Severity::kWarning};
    // Who has switched it off knows.
    if (loaded.settings.enabled != false) problems_.push_back(*d.problem);
  }
}

std::shared_ptr<const Catalogue> Loader::catalogue() {
  std::vector<std::shared_ptr<const Detection>> detections;
  for (Loaded& loaded : loaded_) {
    loaded.escu.detection.content_hash = content_hash(loaded.escu.detection);
    detections.push_back(std::make_shared<const Detection>(std::move(loaded.escu.detection)));
  }
  std::ranges::sort(detections, {}, [](const auto& detection) { return core::fold(detection->name); });
  return std::make_shared<const Catalogue>(std::move(detections), std::move(macros_));
}

}  // namespace

std::shared_ptr<const Detection> Catalogue::find(std::string_view detection) const {
  std::shared_ptr<const Detection> by_stem;
  for (const auto& candidate : detections_) {
    if (is_called(*candidate, detection)) return candidate;
    if (by_stem == nullptr && candidate->stem == detection) by_stem = candidate;
  }
  return by_stem;
}

std::shared_ptr<const Catalogue> load(const LoadOptions& options, core::Problems& problems, const Catalogue* before) {
  return Loader(options, problems, before).load();
}

}  // namespace rw::detect
