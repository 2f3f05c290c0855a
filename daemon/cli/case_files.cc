#include "daemon/cli/case_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/yaml/reader.h"

namespace rw::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTellingParts = 3;  // "T1112/atomic_red_team/windows-sysmon.log"
constexpr std::string_view kNoData = "no data";

// Without empty ones: URLs of the content have double slashes.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::size_t common_tail(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::size_t count = 0;
  while (count < a.size() && count < b.size() && a[a.size() - 1 - count] == b[b.size() - 1 - count]) ++count;
  return count;
}

// --- Sigma

struct SigmaCase {
  std::string name;
  std::string file;  // empty: there is none that can be read
  std::optional<std::int64_t> match_count;
};
using SigmaCases = std::map<std::string, SigmaCase, std::less<>>;  // by rule id

// The events of the rule in a folder of files: JSON, else XML (of .evtx nothing is read).
std::string events_of(const CaseData& data, const std::string& folder, const std::string& rule_id) {
  for (const char* extension : {".json", ".json.gz", ".xml", ".xml.gz"}) {
    const std::string name = (folder.empty() ? "" : folder + "/") + rule_id + extension;
    if (std::ranges::binary_search(data.files(), name)) return data.folder() + "/" + name;
  }
  return {};
}

// info.yml of SigmaHQ's regression_data.
void read_info(const CaseData& data, const std::string& file, SigmaCases& cases, core::Problems& problems) {
  const auto document = yaml::Document::load(data.folder() + "/" + file, problems);
  if (!document) return;
  const fs::path folder = fs::path(file).parent_path();
  SigmaCase found{.name = folder.filename().string(), .file = {}, .match_count = {}};
  const auto tests = document->root()["regression_tests_info"].items();
  if (!tests.empty()) found.match_count = tests.front()["match_count"].as_integer(problems, "a number of events");
  for (const yaml::Node& rule : document->root()["rule_metadata"].items()) {
    const auto id = rule["id"].as_text(problems, "the rule's id");
    if (!id) continue;
    found.file = events_of(data, folder.string(), *id);
    cases.insert_or_assign(*id, found);
  }
}

// manifest.json: [{"case", "rule_id", "match_count", "files": […]}], files relative to it.
void read_manifest(const CaseData& data, const std::string& file, SigmaCases& cases, core::Problems& problems) {
  std::ifstream stream(data.folder() + "/" + file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto manifest = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!manifest.is_array()) {
    problems.push_back({.file = data.folder() + "/" + file, .message = "expected a JSON list of cases"});
    return;
  }
  for (const auto& entry : manifest) {
    const auto text_of = [&](const char* key) {
      return entry.is_object() && entry.contains(key) && entry[key].is_string() ? entry[key].get<std::string>()
                                                                                : std::string();
    };
    const std::string id = text_of("rule_id");
    if (id.empty()) {
      problems.push_back({.file = data.folder() + "/" + file, .message = "a case without rule_id"});
      continue;
    }
    SigmaCase found{.name = text_of("case"), .file = {}, .match_count = {}};
    if (entry.contains("match_count") && entry["match_count"].is_number_integer()) {
      found.match_count = entry["match_count"].get<std::int64_t>();
    }
    const fs::path folder = fs::path(file).parent_path() / found.name;
    found.file = events_of(data, folder.string(), id);
    cases.insert_or_assign(id, std::move(found));
  }
}

SigmaCases sigma_cases(const CaseData& data, core::Problems& problems) {
  SigmaCases cases;
  for (const std::string& file : data.files()) {
    const std::string name = fs::path(file).filename().string();
    if (name == "info.yml") read_info(data, file, cases, problems);
    if (name == "manifest.json") read_manifest(data, file, cases, problems);
  }
  return cases;
}

TestCase sigma_test(std::shared_ptr<const detect::Detection> detection, const SigmaCases& cases) {
  const auto found = cases.find(detection->id);
  TestCase test{.name = "regression", .detection = std::move(detection), .files = {}, .match_count = {}, .skipped = {}};
  if (found == cases.end() || found->second.file.empty()) {
    test.skipped = kNoData;
    return test;
  }
  test.name = found->second.name;
  test.files = {found->second.file};
  test.match_count = found->second.match_count;
  return test;
}

// --- ESCU

// Why contentctl does not try it; empty: it does.
std::string reason_to_skip(const detect::Detection& detection, const yaml::Node& root) {
  if (detection.type == "Correlation") return "a Correlation reads the findings of others";
  if (detection.status != "production") return "status is " + detection.status;
  core::Problems ignored;
  if (const auto manual = root["tags"]["manual_test"].as_text(ignored, "a reason")) return "manual test: " + *manual;
  return {};
}

void add_data(const yaml::Node& data_node, const CaseData& data, TestCase& test) {
  for (const yaml::Node& item : data_node.items()) {
    const auto found = data.find(item["data"].text());
    if (found.ok()) {
      test.files.push_back(*found);
    } else if (test.skipped.empty()) {
      test.skipped = fmt::format("{}: {}", kNoData, found.error().message);
    }
  }
  if (test.files.empty() && test.skipped.empty()) test.skipped = kNoData;
}

void add_escu_tests(const std::shared_ptr<const detect::Detection>& detection, const CaseData& data,
                    std::vector<TestCase>& tests) {
  core::Problems ignored;  // the loader has told them
  const auto document = yaml::Document::load(detection->file, ignored);
  const auto nodes = document ? document->root()["tests"].items() : std::vector<yaml::Node>{};
  const std::string reason = document ? reason_to_skip(*detection, document->root()) : "the file cannot be read";
  if (nodes.empty() || !reason.empty()) {
    tests.push_back({.name = "test",
                     .detection = detection,
                     .files = {},
                     .match_count = {},
                     .skipped = reason.empty() ? "the file has no tests" : reason});
    return;
  }
  for (const yaml::Node& node : nodes) {
    TestCase& test = tests.emplace_back();
    test.name = node["name"].text();
    test.detection = detection;
    add_data(node["attack_data"], data, test);
  }
}

}  // namespace

CaseData CaseData::below(const std::string& folder, core::Problems& problems) {
  CaseData data;
  data.folder_ = folder;
  std::error_code error;
  const auto options = fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(folder, options, error), end; !error && it != end; it.increment(error)) {
    if (it.depth() > 32) it.disable_recursion_pending();  // links in a circle
    std::error_code ignored;
    if (it->is_regular_file(ignored)) data.files_.push_back(it->path().lexically_relative(folder).generic_string());
  }
  if (error) problems.push_back({.file = folder, .message = "cannot read the folder: " + error.message()});
  std::ranges::sort(data.files_);
  return data;
}

core::Result<std::string> CaseData::find(std::string_view url) const {
  const std::vector<std::string_view> wanted = parts_of(url.substr(0, url.find_first_of("?#")));
  const std::string name(wanted.empty() ? std::string_view() : wanted.back());
  std::size_t longest = 0;
  std::vector<const std::string*> best;
  for (const std::string& file : files_) {
    std::string_view path = file;
    if (path.ends_with(".gz") && !name.ends_with(".gz")) path.remove_suffix(3);
    if (!path.ends_with(name)) continue;
    const std::vector<std::string_view> parts = parts_of(path);
    const std::size_t common = common_tail(wanted, parts);
    if (common == 0 || (common < parts.size() && common < kTellingParts) || common < longest) continue;
    if (common > longest) best.clear();
    longest = common;
    best.push_back(&file);
  }
  if (best.empty()) return core::Error{core::ErrorCode::kNotFound, std::string(url)};
  if (best.size() > 1) {
    return core::invalid_input(fmt::format("{} may be {} or {}", url, *best[0], *best[1]));
  }
  return folder_ + "/" + *best[0];
}

std::vector<TestCase> test_cases(const detect::Catalogue& catalogue, const CaseData& data, core::Problems& problems) {
  const SigmaCases sigma = sigma_cases(data, problems);
  std::vector<TestCase> tests;
  for (const auto& detection : catalogue.detections()) {
    if (detection->source == "sigma") {
      tests.push_back(sigma_test(detection, sigma));
    } else {
      add_escu_tests(detection, data, tests);
    }
  }
  for (TestCase& test : tests) {
    if (test.skipped.empty() && test.detection->search == nullptr) {
      test.skipped = "unsupported" + (test.detection->problem ? ": " + core::render(*test.detection->problem) : "");
    }
  }
  return tests;
}

}  // namespace rw::cli
