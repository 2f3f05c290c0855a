#include "daemon/detect/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "daemon/core/text.h"
#include "daemon/detect/builtin.h"
#include "daemon/detect/content_hash.h"
#include "daemon/detect/escu_front_end.h"
#include "daemon/detect/files.h"
#include "daemon/detect/lookup_file.h"
#include "daemon/detect/macro_file.h"
#include "daemon/detect/sigma/front_end.h"
#include "daemon/detect/tuning_file.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {
namespace {

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
  set(settings.suppress, over.suppress);
}

// What is set for all detections, as far as it is meant for this one.
Settings defaults_for(const LoadedDetection& loaded, const Settings& defaults) {
  Settings settings = defaults;
  if (loaded.own_schedule) {
    settings.cron_schedule.reset();
    settings.earliest_time.reset();
    settings.latest_time.reset();
    settings.schedule_window.reset();
  }
  return settings;
}

void apply(const Settings& settings, LoadedDetection& loaded) {
  Detection& d = loaded.detection;
  d.schedule.cron_schedule = settings.cron_schedule.value_or(d.schedule.cron_schedule);
  d.schedule.earliest_time = settings.earliest_time.value_or(d.schedule.earliest_time);
  d.schedule.latest_time = settings.latest_time.value_or(d.schedule.latest_time);
  d.schedule.schedule_window = settings.schedule_window.value_or(d.schedule.schedule_window);
  d.creates_risk = settings.creates_risk.value_or(d.creates_risk);
  d.creates_notable = settings.creates_notable.value_or(d.creates_notable);
  if (settings.risk_score) loaded.set_risk_score(*settings.risk_score);
  d.severity = settings.severity.value_or(d.severity);
  d.severity_of_row = !settings.severity;
  if (settings.suppress) {
    d.throttles.clear();
    if (settings.suppress->period.count() > 0) d.throttles.push_back(*settings.suppress);
  }
}

class Loader {
 public:
  Loader(const LoadOptions& options, core::Problems& problems, const Catalogue* before)
      : options_(options), problems_(problems), before_(before), sigma_(options.sigma) {}

  std::shared_ptr<const Catalogue> load() {
    read_paths();
    read_macros();
    read_tuning();
    if (options_.builtin) read_builtin();
    for (FrontEnd* front_end : front_ends_) front_end->finish(problems_);
    // From here on all detections, and what they are made with, are known.
    configure();
    compile();
    return catalogue();
  }

 private:
  struct Loaded {
    std::unique_ptr<LoadedDetection> file;
    Settings settings;
    core::Problem switched_off;  // where `enabled: false` stands
  };

  void read_paths();
  void read_file(const std::string& path);
  void read_macros();
  // Those that the file, which is broken, gave before.
  // It is broken now: its macros and deployments stay as they were, its lookup is none.
  void keep_what_was_in(const std::string& file);
  void read_tuning();
  // Names in the tuning that no detection has.
  void check_tuning();
  void read_builtin();
  // The loaded detection with this id, or this name. nullptr: none.
  const Detection* twin_of(const Detection& detection) const;
  void add(std::unique_ptr<LoadedDetection> file);
  void configure();
  std::vector<Loaded*> named_by(const LoadOptions::Override& override_);
  void decide_state(Loaded& loaded);
  void compile();
  std::shared_ptr<const Catalogue> catalogue();

  const LoadOptions& options_;
  core::Problems& problems_;
  const Catalogue* const before_;
  EscuFrontEnd escu_;
  sigma::SigmaFrontEnd sigma_;
  const std::array<FrontEnd*, 2> front_ends_ = {&sigma_, &escu_};  // the first that takes a file has it
  std::vector<Loaded> loaded_;
  Tuning tuning_;
};

void Loader::read_paths() {
  FileList list;
  for (const std::string& path : options_.paths) {
    for (const std::string& file : list.add(path, problems_)) read_file(file);
  }
  for (const std::string& path : options_.paths) read_csv_files(path, escu_.knowledge().lookups);
}

void Loader::read_file(const std::string& path) {
  core::Problems found;
  const auto documents = yaml::Document::load_all(path, found);
  const bool readable = documents && !core::has_errors(found);
  problems_.insert(problems_.end(), found.begin(), found.end());
  if (!readable) {
    keep_what_was_in(path);
    return;
  }
  const yaml::Node root = documents->empty() ? yaml::Node() : documents->front().root();
  const auto front_end = std::ranges::find_if(front_ends_, [&](const FrontEnd* each) { return each->takes(root); });
  if (front_end == front_ends_.end()) {
    problems_.push_back({path, root.line(), root.col(),
                         "not a detection, macro or deployment (macros of your own belong to detections.macros)",
                         core::Severity::kWarning});
    return;
  }
  core::Problems faults;
  for (auto& loaded : (*front_end)->read(*documents, faults)) add(std::move(loaded));
  if (core::has_errors(faults)) keep_what_was_in(path);
  problems_.insert(problems_.end(), faults.begin(), faults.end());
}

void Loader::read_macros() {
  FileList list;
  for (const std::string& path : options_.macros) {
    for (const std::string& file : list.add(path, problems_)) {
      core::Problems faults;
      if (const auto document = yaml::Document::load(file, faults)) {
        read_macro_file(document->root(), escu_.knowledge().macros, faults);
      }
      if (core::has_errors(faults)) keep_what_was_in(file);
      problems_.insert(problems_.end(), faults.begin(), faults.end());
    }
  }
}

void Loader::read_tuning() {
  if (options_.tuning_file.empty()) return;
  if (auto tuning = load_tuning(options_.tuning_file, problems_)) {
    tuning_ = *std::move(tuning);
  } else if (before_ != nullptr) {
    tuning_ = before_->tuning();
  }
  for (const auto& [name, search] : tuning_.filters) {
    escu_.knowledge().macros.add({.name = name, .arguments = {}, .definition = search, .file = options_.tuning_file});
  }
}

void Loader::check_tuning() {
  const auto check = [&](std::string_view named, const Place& place) {
    const auto is_it = [&](const Loaded& loaded) { return is_called(loaded.file->detection, named); };
    if (named == kEveryDetection || std::ranges::any_of(loaded_, is_it)) return;
    problems_.push_back({options_.tuning_file, place.line, place.col,
                         fmt::format("{}: no detection has this name or id", core::quoted(named)),
                         core::Severity::kWarning});
  };
  for (const Exception& exception : tuning_.exceptions) check(exception.detection, exception.place);
  for (const Suppression& suppression : tuning_.suppressions) check(suppression.detection, suppression.place);
  for (const auto& [named, enabled] : tuning_.enabled) check(named, {});
}

void Loader::keep_what_was_in(const std::string& file) {
  // A bare CSV file must not stand in for a definition that cannot be read: it would compare in another way.
  std::filesystem::path table(file);
  table.replace_extension(".csv");
  std::error_code error;
  if (std::filesystem::exists(table, error))
    escu_.knowledge().lookups.add_broken(table.stem().string(), file + " cannot be read");
  if (before_ == nullptr) return;
  for (Macro& macro : before_->macros().of_file(file)) escu_.knowledge().macros.add(std::move(macro));
  for (const Deployment& deployment : before_->knowledge().deployments.rows()) {
    if (deployment.file == file) escu_.knowledge().deployments.replace(deployment);
  }
}

void Loader::read_builtin() {
  for (const BuiltinFile& file : builtin_files()) {
    const auto documents = yaml::Document::parse_all(file.text, fmt::format("builtin:{}", file.name), problems_);
    if (!documents) continue;
    for (auto& loaded : escu_.read(*documents, problems_)) {
      if (twin_of(loaded->detection) == nullptr) add(std::move(loaded));
    }
  }
}

const Detection* Loader::twin_of(const Detection& detection) const {
  for (const Loaded& other : loaded_) {
    const Detection& d = other.file->detection;
    if (d.id == detection.id || core::equals_folded(d.name, detection.name)) return &d;
  }
  return nullptr;
}

void Loader::add(std::unique_ptr<LoadedDetection> file) {
  const Detection& d = file->detection;
  if (const Detection* twin = twin_of(d)) {
    const bool same_id = twin->id == d.id;
    const Place place = same_id ? file->id : file->name;
    problems_.push_back({d.file, place.line, place.col,
                         fmt::format("{} {} is also that of {}: expected one detection of it", same_id ? "id" : "name",
                                     core::quoted(same_id ? d.id : d.name), twin->file)});
    return;
  }
  Settings settings = defaults_for(*file, options_.defaults);
  loaded_.push_back({.file = std::move(file), .settings = std::move(settings), .switched_off = {}});
}

std::vector<Loader::Loaded*> Loader::named_by(const LoadOptions::Override& override_) {
  std::vector<Loaded*> by_stem;
  for (Loaded& loaded : loaded_) {
    if (is_called(loaded.file->detection, override_.detection)) return {&loaded};
    if (loaded.file->detection.stem == override_.detection) by_stem.push_back(&loaded);
  }
  return by_stem;
}

void Loader::configure() {
  for (Loaded& loaded : loaded_) {
    loaded.file->deploy();
    loaded.switched_off = {.file = loaded.file->detection.file, .message = "switched off by detections.defaults"};
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
    apply(loaded.settings, *loaded.file);
    loaded.file->detection.tuning = tuning_of(tuning_, loaded.file->detection);
    decide_state(loaded);
  }
  check_tuning();
}

void Loader::decide_state(Loaded& loaded) {
  Detection& d = loaded.file->detection;
  d.problem = loaded.file->reason_not_to_run();
  if (d.tuning.enabled) {
    d.problem = std::nullopt;
    if (!*d.tuning.enabled) d.problem = switched_off_in_service(options_.tuning_file);
  } else if (loaded.settings.enabled == false) {
    d.problem = loaded.switched_off;
    d.problem->severity = core::Severity::kWarning;
  } else if (loaded.settings.enabled == true) {
    d.problem = std::nullopt;
  }
  d.state = d.problem ? DetectionState::kDisabled : DetectionState::kEnabled;
}

void Loader::compile() {
  for (Loaded& loaded : loaded_) {
    Detection& d = loaded.file->detection;
    core::Problems faults;
    d.search = loaded.file->compile(faults);
    if (d.search != nullptr) continue;
    for (core::Problem& fault : faults) fault.severity = core::Severity::kWarning;
    d.state = DetectionState::kUnsupported;
    d.problem = faults.front();
    // Who has switched it off knows.
    if (d.tuning.enabled.value_or(loaded.settings.enabled.value_or(true)))
      problems_.insert(problems_.end(), faults.begin(), faults.end());
  }
}

std::shared_ptr<const Catalogue> Loader::catalogue() {
  std::vector<std::shared_ptr<const Detection>> detections;
  for (Loaded& loaded : loaded_) {
    loaded.file->detection.content_hash = content_hash(loaded.file->detection);
    detections.push_back(std::make_shared<const Detection>(std::move(loaded.file->detection)));
  }
  std::ranges::sort(detections, {}, [](const auto& detection) { return core::fold(detection->name); });
  return std::make_shared<const Catalogue>(std::move(detections), std::move(escu_.knowledge()), std::move(tuning_));
}

}  // namespace

std::shared_ptr<const Catalogue> load(const LoadOptions& options, core::Problems& problems, const Catalogue* before) {
  return Loader(options, problems, before).load();
}

}  // namespace rw::detect
