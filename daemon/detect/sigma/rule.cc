#include "daemon/detect/sigma/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/units.h"

namespace rw::detect::sigma {
namespace {

// All that `global` and `repeat` documents add up to in one file.
constexpr std::size_t kMaxMergedKeys = 100'000;

bool is_missing(const yaml::Node& node) { return !node.present() || node.is_null(); }

std::string action_of(const yaml::Node& root) {
  const std::string action = root["action"].text();
  for (const std::string_view known : {"global", "reset", "repeat"}) {
    if (action == known) return action;
  }
  return {};
}

std::size_t keys_in(const yaml::Node& node) {
  std::size_t keys = 0;
  for (const yaml::Entry& entry : node.entries()) keys += 1 + keys_in(entry.value);
  return keys;
}

// The ids or names of rules, one or a list.
std::vector<yaml::Node> references(const yaml::Node& node, std::string_view what, core::Problems& problems) {
  std::vector<yaml::Node> out;
  if (node.is_list()) {
    out = node.items();
  } else if (!is_missing(node)) {
    out.push_back(node);
  }
  for (const yaml::Node& each : out) {
    if (!each.is_scalar()) each.report(problems, fmt::format("{}: expected ids or names of rules", what));
  }
  return out;
}

Header read_header(const yaml::Node& root, core::Problems& problems) {
  Header header{.root = root};
  header.id = root["id"].as_text(problems, "id").value_or("");
  header.name = root["name"].as_text(problems, "name").value_or("");
  if (is_missing(root["title"])) {
    // The rules of a correlation often have no more than a name.
    header.title = header.name;
    if (header.title.empty()) root.report(problems, "title is missing: expected the rule's title");
  } else if (auto title = root["title"].as_text(problems, "title")) {
    header.title = std::string(core::trim(*title));
    if (header.title.empty()) root["title"].report(problems, "title is empty: expected the rule's title");
  }
  return header;
}

yaml::Node section(const yaml::Node& root, std::string_view key, core::Problems& problems) {
  const yaml::Node node = root[key];
  if (node.is_map()) return node;
  (node.present() ? node : root).report(problems, fmt::format("{}: expected a map", key));
  return node;
}

Rule read_rule(Header header, core::Problems& problems) {
  Rule rule{.header = std::move(header)};
  const yaml::Node& root = rule.header.root;
  if (auto logsource = read_logsource(root, problems)) rule.logsource = *std::move(logsource);
  rule.detection = section(root, "detection", problems);
  return rule;
}

Filter read_filter(Header header, core::Problems& problems) {
  Filter filter{.header = std::move(header)};
  const yaml::Node& root = filter.header.root;
  if (auto logsource = read_logsource(root, problems)) filter.logsource = *std::move(logsource);
  filter.filter = section(root, "filter", problems);
  const yaml::Node rules = filter.filter["rules"];
  if (is_missing(rules)) {
    filter.filter.report(problems, "filter.rules is missing: expected ids or names of rules, or any");
    return filter;
  }
  const auto is_any = [](const yaml::Node& node) {
    return core::equals_ascii_nocase(node.text(), "any") || core::equals_ascii_nocase(node.text(), "all");
  };
  filter.any_rule = is_any(rules) || (rules.is_list() && rules.items().empty());
  if (!filter.any_rule) filter.rules = references(rules, "filter.rules", problems);
  return filter;
}

// ---- Correlations

struct Type {
  std::string_view name;
  CorrelationType type;
};
constexpr std::array kTypes = {
    Type{"event_count", CorrelationType::kEventCount},
    Type{"value_count", CorrelationType::kValueCount},
    Type{"temporal", CorrelationType::kTemporal},
    Type{"temporal_ordered", CorrelationType::kTemporalOrdered},
};
constexpr std::array<std::string_view, 3> kOtherTypes = {"value_sum", "value_avg", "value_percentile"};

struct BoundName {
  std::string_view name;
  Bound::Op op;
};
constexpr std::array kBounds = {
    BoundName{"lt", Bound::Op::kLess},    BoundName{"lte", Bound::Op::kLessEqual},
    BoundName{"gt", Bound::Op::kGreater}, BoundName{"gte", Bound::Op::kGreaterEqual},
    BoundName{"eq", Bound::Op::kEqual},   BoundName{"neq", Bound::Op::kNotEqual},
};

class CorrelationReader {
 public:
  CorrelationReader(Header header, core::Problems& problems) : problems_(problems) {
    out_.header = std::move(header);
    at_ = section(out_.header.root, "correlation", problems);
    out_.at = at_;
  }

  Correlation read() {
    if (!at_.is_map()) return std::move(out_);
    read_type();
    out_.rules = references(at_["rules"], "correlation.rules", problems_);
    if (out_.rules.empty()) at_.report(problems_, "correlation.rules is missing: expected ids or names of rules");
    out_.group_by = texts("group-by");
    read_timespan();
    read_condition();
    read_aliases();
    const yaml::Node inside = at_["generate"];
    const yaml::Node generate = inside.present() ? inside : out_.header.root["generate"];
    out_.generate = generate.as_bool(problems_, "generate").value_or(false);
    return std::move(out_);
  }

 private:
  std::vector<std::string> texts(std::string_view key) {
    return at_[key].as_text_list(problems_, fmt::format("correlation.{}", key)).value_or(std::vector<std::string>{});
  }
  void unsupported(const yaml::Node& node, std::string message) {
    if (!out_.unsupported) out_.unsupported = core::Problem{node.file(), node.line(), node.col(), std::move(message)};
  }

  void read_type() {
    const yaml::Node node = at_["type"];
    constexpr std::string_view kExpected = "expected event_count, value_count, temporal or temporal_ordered";
    if (is_missing(node)) {
      at_.report(problems_, fmt::format("correlation.type is missing: {}", kExpected));
      return;
    }
    const std::string name = node.text();
    const auto type = std::ranges::find(kTypes, name, &Type::name);
    if (type != kTypes.end()) {
      out_.type = type->type;
    } else if (std::ranges::find(kOtherTypes, name) != kOtherTypes.end()) {
      unsupported(node, fmt::format("correlation type `{}` is not supported: {}", name, kExpected));
    } else {
      node.report(problems_, fmt::format("correlation.type: {}: {}", core::quoted(name), kExpected));
    }
  }

  void read_timespan() {
    const yaml::Node node = at_["timespan"];
    constexpr std::string_view kExpected = "expected a number and s, m, h or d, such as 15m";
    if (is_missing(node)) {
      at_.report(problems_, fmt::format("correlation.timespan is missing: {}", kExpected));
      return;
    }
    const auto span = core::parse_duration(node.text());
    const auto seconds = span.ok() ? std::chrono::duration_cast<std::chrono::seconds>(*span) : std::chrono::seconds(0);
    // Longer than events are kept, and short enough to subtract from any time.
    constexpr std::chrono::seconds kLongest = std::chrono::hours(24 * 366);
    if (!span.ok() || seconds != *span || seconds.count() <= 0) {
      node.report(problems_, fmt::format("correlation.timespan: {}: {}", core::quoted(node.text()), kExpected));
    } else if (seconds > kLongest) {
      node.report(problems_, fmt::format("correlation.timespan: {}: expected at most 366d", core::quoted(node.text())));
    }
    out_.timespan = seconds;
  }

  bool is_temporal() const {
    return out_.type == CorrelationType::kTemporal || out_.type == CorrelationType::kTemporalOrdered;
  }

  void read_condition() {
    const yaml::Node node = at_["condition"];
    if (is_missing(node)) {
      if (!is_temporal() && !out_.unsupported) {
        at_.report(problems_, "correlation.condition is missing: expected a map such as {gte: 10}");
      }
      return;
    }
    if (node.is_scalar()) {
      unsupported(node, "correlation.condition as a text over rules is not supported: expected a map such as {gte: 2}");
      return;
    }
    if (!node.is_map()) {
      node.report(problems_, "correlation.condition: expected a map such as {gte: 10}");
      return;
    }
    for (const yaml::Entry& entry : node.entries()) {
      if (entry.key == "field") {
        out_.fields = entry.value.as_text_list(problems_, "correlation.condition.field").value_or(out_.fields);
        continue;
      }
      const auto bound = std::ranges::find(kBounds, entry.key, &BoundName::name);
      const std::string what = fmt::format("correlation.condition.{}", entry.key);
      if (bound == kBounds.end()) {
        if (!out_.unsupported) {
          entry.key_node.report(problems_, fmt::format("{}: expected lt, lte, gt, gte, eq, neq or field", what));
        }
        continue;
      }
      if (const auto count = entry.value.as_integer(problems_, what)) out_.bounds.push_back({bound->op, *count});
    }
    if (out_.bounds.empty()) {
      node.report(problems_, "correlation.condition: expected lt, lte, gt, gte, eq or neq with a number");
    }
    if (out_.type == CorrelationType::kValueCount && out_.fields.empty() && !out_.unsupported) {
      node.report(problems_, "correlation.condition.field is missing: expected the field whose values are counted");
    }
  }

  void read_aliases() {
    const yaml::Node node = at_["aliases"];
    if (is_missing(node)) return;
    if (!node.is_map()) {
      node.report(problems_, "correlation.aliases: expected a map of aliases");
      return;
    }
    for (const yaml::Entry& entry : node.entries()) {
      if (!entry.value.is_map()) {
        entry.value.report(problems_,
                           fmt::format("correlation.aliases.{}: expected a map from rule to field", entry.key));
        continue;
      }
      Correlation::Alias alias{entry.key, {}};
      for (const yaml::Entry& of_rule : entry.value.entries()) {
        alias.fields.emplace_back(of_rule.key, of_rule.value.text());
      }
      out_.aliases.push_back(std::move(alias));
    }
  }

  core::Problems& problems_;
  Correlation out_;
  yaml::Node at_;
};

}  // namespace

bool is_sigma(const yaml::Node& root) {
  if (!root.is_map()) return false;
  return root["detection"].is_map() || root["correlation"].present() || root["logsource"].present() ||
         !action_of(root).empty();
}

std::vector<Document> read_documents(const std::vector<yaml::Node>& roots, core::Problems& problems) {
  std::vector<Document> out;
  yaml::Node global;
  yaml::Node previous;
  std::size_t merged_keys = 0;
  std::map<std::string, int> ids;  // how often so far
  std::map<std::string, int> titles;
  for (const yaml::Node& written : roots) {
    if (!written.is_map()) {
      written.report(problems, "expected a map with title, logsource and detection");
      continue;
    }
    const std::string action = action_of(written);
    if (action == "reset") {
      global = {};
      continue;
    }
    const bool merges = action == "global" || action == "repeat" || global.present();
    if (merges) {
      merged_keys += keys_in(global) + keys_in(previous) + keys_in(written);
      if (merged_keys > kMaxMergedKeys) {
        written.report(problems, fmt::format("`action` repeats more than {} keys in this file", kMaxMergedKeys));
        break;
      }
    }
    if (action == "global") {
      global = yaml::Node::merged(global, written);
      continue;
    }
    yaml::Node root = written;
    if (action == "repeat") {
      root = yaml::Node::merged(previous, written);
    } else if (global.present()) {
      root = yaml::Node::merged(global, written);
    }
    previous = root;

    core::Problems found;
    Header header = read_header(root, found);
    if (merges) {
      // The rules of a collection share id and title: each but the first gets a number.
      if (const int number = ++ids[header.id]; number > 1 && !header.id.empty()) {
        header.id += fmt::format("#{}", number);
      }
      if (const int number = ++titles[header.title]; number > 1) header.title += fmt::format(" ({})", number);
    }
    std::optional<Document> document;
    if (root["correlation"].present()) {
      document = CorrelationReader(std::move(header), found).read();
    } else if (root["filter"].present() && !root["detection"].present()) {
      document = read_filter(std::move(header), found);
    } else {
      document = read_rule(std::move(header), found);
    }
    if (!core::has_errors(found)) out.push_back(*std::move(document));
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return out;
}

bool is_called(const Header& header, std::string_view reference) {
  return (!header.id.empty() && core::equals_ascii_nocase(header.id, reference)) ||
         (!header.name.empty() && header.name == reference);
}

}  // namespace rw::detect::sigma
