#include "daemon/detect/lookup_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/core/text.h"

namespace rw::detect {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLookupDepth = 32;

// "WILDCARD(process), CIDR(ip)" → the columns.
bool read_match_type(std::string_view text, LookupTable& table) {
  while (!(text = core::trim(text)).empty()) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.find(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return false;
    const std::string_view type = core::trim(text.substr(0, open));
    const std::string column(core::trim(text.substr(open + 1, close - open - 1)));
    if (core::equals_ascii_nocase(type, "WILDCARD")) {
      table.match_types[column] = LookupMatch::kWildcard;
    } else if (core::equals_ascii_nocase(type, "CIDR")) {
      table.match_types[column] = LookupMatch::kCidr;
    } else if (!core::equals_ascii_nocase(type, "EXACT")) {
      return false;
    }
    text = core::trim(text.substr(close + 1));
    if (text.starts_with(',')) text.remove_prefix(1);
  }
  return true;
}

void read_match_types(const yaml::Node& node, LookupTable& table, core::Problems& problems) {
  if (!node.present() || node.is_null()) return;
  std::vector<std::string> items;
  if (node.is_scalar()) {
    items.push_back(node.text());
  } else if (auto list = node.as_text_list(problems, "match_type")) {
    items = std::move(*list);
  }
  for (const std::string& item : items) {
    if (!read_match_type(item, table)) {
      node.report(problems, fmt::format("match_type {}: expected WILDCARD(column), CIDR(column) or EXACT(column)",
                                        core::quoted(item)));
    }
  }
}

void read_count(const yaml::Node& node, std::string_view key, std::size_t& count, core::Problems& problems) {
  if (!node.present() || node.is_null()) return;
  const std::string text(core::trim(node.text()));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) {
    node.report(problems, fmt::format("{} {}: expected a whole number from 0", key, core::quoted(text)));
  }
}

void add_csv(LookupTable table, const std::string& path, Lookups& lookups) {
  auto csv = load_csv(path);
  if (!csv.ok()) {
    lookups.add_broken(std::move(table.name), fmt::format("{}: {}", path, csv.error().message));
    return;
  }
  table.csv = std::move(csv).value();
  lookups.add(std::make_shared<const LookupTable>(std::move(table)));
}

void add_file(const fs::path& path, Lookups& lookups) {
  LookupTable table;
  table.name = path.filename().string();
  if (!lookups.has(table.name)) add_csv(std::move(table), path.string(), lookups);
}

}  // namespace

void read_lookup(const yaml::Node& root, Lookups& lookups, core::Problems& problems) {
  const yaml::Node name = root["name"];
  LookupTable table;
  if (!name.is_scalar() || name.text().empty()) {
    root.report(problems, "name is missing: expected the lookup's name");
    return;
  }
  table.name = name.text();
  core::Problems found;
  read_match_types(root["match_type"], table, found);
  read_count(root["max_matches"], "max_matches", table.max_matches, found);
  read_count(root["min_matches"], "min_matches", table.min_matches, found);
  if (root["default_match"].is_scalar()) table.default_match = root["default_match"].text();
  // Splunk: where a default is given, a row without a match takes it.
  if (!table.default_match.empty() && !root["min_matches"].present()) table.min_matches = 1;
  if (root["case_sensitive_match"].is_scalar()) {
    const std::string text = core::fold(root["case_sensitive_match"].text());
    table.case_sensitive = !(text == "false" || text == "0" || text == "f" || text == "no");
  }
  problems.insert(problems.end(), found.begin(), found.end());
  if (core::has_errors(found)) {
    lookups.add_broken(std::move(table.name), fmt::format("{} is not right", root.file()));
    return;
  }
  const std::string type = root["lookup_type"].is_scalar() ? core::fold(root["lookup_type"].text()) : "csv";
  if (root["collection"].present() || type != "csv") {
    lookups.add_broken(std::move(table.name), fmt::format("{}: it is no CSV file", root.file()));
    return;
  }
  fs::path path(std::string(root.file()));
  if (root["filename"].is_scalar()) {
    path.replace_filename(fs::path(root["filename"].text()).filename());  // never outside the folder
  } else {
    path.replace_extension(".csv");
  }
  add_csv(std::move(table), path.string(), lookups);
}

void read_csv_files(const std::string& path, Lookups& lookups) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (fs::path(path).extension() == ".csv") add_file(path, lookups);
    return;
  }
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
       !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with('.') || it.depth() > kMaxLookupDepth) {
      it.disable_recursion_pending();
    } else if (it->path().extension() == ".csv" && it->is_regular_file(error)) {
      files.push_back(it->path());
    }
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) add_file(file, lookups);
}

}  // namespace rw::detect
