#include "daemon/detect/sigma/front_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/search.h"
#include "daemon/detect/sigma/metadata.h"

namespace rw::detect::sigma {
namespace {

// The lines of a top-level section as they stand in the file.
std::string section_text(const yaml::Node& root, std::string_view key, const std::string& file_text) {
  int first = 0;
  int end = 0;  // the line after it; 0: the document's end
  for (const yaml::Entry& entry : root.entries()) {
    if (entry.key == key) first = entry.key_node.line();
  }
  for (const yaml::Entry& entry : root.entries()) {
    const int line = entry.key_node.line();
    if (line > first && (end == 0 || line < end)) end = line;
  }
  std::string out;
  std::string_view rest = file_text;
  for (int line = 1; !rest.empty() && (end == 0 || line < end); ++line) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    if (line < first) continue;
    if (line > first && (text.starts_with("---") || text.starts_with("..."))) break;
    out.append(text).append("\n");
  }
  return std::string(core::trim(out));
}

class LoadedSigma : public LoadedDetection {
 public:
  LoadedSigma(const Header& header, std::string_view section, const std::string& file_text,
              const SigmaFrontEnd& front_end, core::Problems& problems)
      : front_end_(front_end), status_(place_of(header.root["status"])) {
    detection = detection_of(header.root, header.title, header.id, front_end.options(), problems);
    detection.search_text = section_text(header.root, section, file_text);
    id = place_of(header.root["id"]);
    name = place_of(header.root["title"]);
  }

  std::optional<core::Problem> reason_not_to_run() const override {
    const std::string status = status_against_running(detection);
    if (status.empty()) return reason_of_folder(detection);
    return core::Problem{detection.file, status_.line, status_.col, fmt::format("status is {}: {}", status, kHowToRun),
                         core::Severity::kWarning};
  }

 protected:
  std::shared_ptr<const Search> search_of(std::optional<Plan> plan) const {
    return plan ? make_search(*std::move(plan)) : nullptr;
  }

  const SigmaFrontEnd& front_end_;

 private:
  const Place status_;
};

class LoadedRule final : public LoadedSigma {
 public:
  LoadedRule(const Rule& rule, std::size_t number, const std::string& file_text, const SigmaFrontEnd& front_end,
             core::Problems& problems)
      : LoadedSigma(rule.header, "detection", file_text, front_end, problems), number_(number) {
    detection.data_source = data_source_of(rule.logsource);
    if (rule.logsource.category.empty()) {  // of either dataset
      detection.risk_message = detection.name + " on $dest$ by $user$: $process_path$";
      detection.threat_objects = {
          {"registry_path", "registry_path"}, {"process_name", "process_name"}, {"process_path", "process_path"}};
    } else if (dataset_of(rule.logsource) == cim::Dataset::kProcesses) {
      detection.risk_message = detection.name + " on $dest$ by $user$: $process$ (parent $parent_process_path$)";
      detection.threat_objects = {{"process_name", "process_name"}, {"process_path", "process_path"}};
    } else {
      detection.risk_message = detection.name + " on $dest$ by $user$: $process_path$ $action$ $registry_path$";
      detection.threat_objects = {{"registry_path", "registry_path"}, {"process_path", "process_path"}};
    }
  }

  std::optional<core::Problem> reason_not_to_run() const override {
    if (auto reason = LoadedSigma::reason_not_to_run()) return reason;
    const std::string correlation = front_end_.part_of(number_);
    if (correlation.empty()) return std::nullopt;
    return core::Problem{detection.file, name.line, name.col,
                         fmt::format("it is part of the correlation {} (without generate: true): {}",
                                     core::quoted(correlation), kHowToRun),
                         core::Severity::kWarning};
  }

  std::shared_ptr<const Search> compile(core::Problems& faults) const override {
    const Library& library = front_end_.library();
    return search_of(sigma::compile(library.rules[number_], library, front_end_.options(), faults));
  }

 private:
  const std::size_t number_;
};

class LoadedCorrelation final : public LoadedSigma {
 public:
  LoadedCorrelation(const Correlation& correlation, std::size_t number, const std::string& file_text,
                    const SigmaFrontEnd& front_end, core::Problems& problems)
      : LoadedSigma(correlation.header, "correlation", file_text, front_end, problems), number_(number) {
    detection.risk_message = detection.name + " on $dest$ by $user$: $count$ events of $rules$";
  }

  std::shared_ptr<const Search> compile(core::Problems& faults) const override {
    const Library& library = front_end_.library();
    return search_of(sigma::compile(library.correlations[number_], library, front_end_.options(), faults));
  }

 private:
  const std::size_t number_;
};

}  // namespace

std::vector<std::unique_ptr<LoadedDetection>> SigmaFrontEnd::read(const std::vector<yaml::Document>& documents,
                                                                  core::Problems& problems) {
  const std::string& file_text = documents.front().text();
  std::vector<yaml::Node> roots;
  for (const yaml::Document& document : documents) roots.push_back(document.root());
  std::vector<std::unique_ptr<LoadedDetection>> out;
  for (Document& document : read_documents(roots, problems)) {
    core::Problems found;
    std::unique_ptr<LoadedDetection> loaded;
    if (auto* rule = std::get_if<Rule>(&document)) {
      loaded = std::make_unique<LoadedRule>(*rule, library_.rules.size(), file_text, *this, found);
      if (!core::has_errors(found)) library_.rules.push_back(std::move(*rule));
    } else if (auto* correlation = std::get_if<Correlation>(&document)) {
      loaded = std::make_unique<LoadedCorrelation>(*correlation, library_.correlations.size(), file_text, *this, found);
      if (!core::has_errors(found)) library_.correlations.push_back(std::move(*correlation));
    } else {
      auto& filter = std::get<Filter>(document);
      if (auto searches = read_searches(filter.filter, "filter", {"rules"}, options_, found)) {
        library_.filters.push_back({std::move(filter), *std::move(searches)});
      }
    }
    if (loaded != nullptr && !core::has_errors(found)) out.push_back(std::move(loaded));
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return out;
}

void SigmaFrontEnd::finish(core::Problems& problems) {
  for (const ReadFilter& read : library_.filters) {
    for (const yaml::Node& reference : read.filter.rules) {
      const Rule* rule = library_.rule(reference.text());
      if (rule == nullptr) {
        reference.report(problems, fmt::format("filter.rules: no rule {} is loaded", core::quoted(reference.text())),
                         core::Severity::kWarning);
      } else if (!covers(read.filter.logsource, rule->logsource)) {
        reference.report(problems,
                         fmt::format("filter.rules: {} has another logsource, so the filter does not change it",
                                     core::quoted(rule->header.title)),
                         core::Severity::kWarning);
      }
    }
  }
  for (const Correlation& correlation : library_.correlations) {
    if (correlation.generate) continue;
    // One that cannot run must not silence its rules.
    core::Problems faults;
    if (!compile(correlation, library_, options_, faults)) continue;
    for (const yaml::Node& reference : correlation.rules) {
      if (const Rule* rule = library_.rule(reference.text())) {
        parts_.emplace(static_cast<std::size_t>(rule - library_.rules.data()), correlation.header.title);
      }
    }
  }
}

std::string SigmaFrontEnd::part_of(std::size_t rule) const {
  const auto found = parts_.find(rule);
  return found == parts_.end() ? "" : found->second;
}

}  // namespace rw::detect::sigma
