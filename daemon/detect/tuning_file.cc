#include "daemon/detect/tuning_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <system_error>

#include "daemon/core/durable_write.h"
#include "daemon/core/file_descriptor.h"
#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"

namespace rw::detect {
namespace {

constexpr const char* kHead =
    "# What was tuned while regwarden runs: over its API or its page, or here. Reload after an edit by hand. A change\n"
    "# over the API writes the file anew, without comments.\n";

// ---- Reading

class TuningReader {
 public:
  TuningReader(const yaml::Node& root, core::Problems& problems) : root_(root), problems_(problems) {}

  Tuning read() {
    known(root_, "", {"exceptions", "suppressions", "filters", "detections"});
    each_map("exceptions", [&](const yaml::Node& node) { read_exception(node); });
    each_map("suppressions", [&](const yaml::Node& node) { read_suppression(node); });
    for (const yaml::Entry& entry : map_of(root_, "filters").entries()) read_filter(entry);
    for (const yaml::Entry& entry : map_of(root_, "detections").entries()) read_detection(entry);
    return std::move(tuning_);
  }

 private:
  void known(const yaml::Node& node, std::string_view what, std::initializer_list<std::string_view> keys) {
    for (const yaml::Entry& entry : node.entries()) {
      if (std::ranges::find(keys, entry.key) != keys.end()) continue;
      entry.key_node.report(problems_, fmt::format("{}unknown key {}: expected one of {}", what,
                                                   core::quoted(entry.key), fmt::join(keys, ", ")));
    }
  }

  yaml::Node map_of(const yaml::Node& parent, std::string_view key) {
    yaml::Node node = parent[key];
    if (!node.present() || node.is_null() || node.is_map()) return node;
    node.report(problems_, fmt::format("{}: expected a map", key));
    return {};
  }

  template <class Read>
  void each_map(std::string_view key, const Read& read) {
    const yaml::Node list = root_[key];
    if (!list.present() || list.is_null()) return;
    if (!list.is_list()) return list.report(problems_, fmt::format("{}: expected a list", key));
    const auto items = list.items();
    if (items.size() > kMostTuningEntries) {
      return list.report(problems_, fmt::format("{}: {} of them: at most {}", key, items.size(), kMostTuningEntries));
    }
    for (const yaml::Node& item : items) {
      if (item.is_map()) {
        read(item);
      } else {
        item.report(problems_, fmt::format("{}: expected a list of maps", key));
      }
    }
  }

  std::string text(const yaml::Node& node, std::string_view key) {
    return node[key].as_text(problems_, key).value_or("");
  }

  std::string required(const yaml::Node& node, std::string_view key, std::string_view expected) {
    std::string value = text(node, key);
    if (value.empty() && !node[key].is_map() && !node[key].is_list()) {
      node.report(problems_, fmt::format("{} is missing: expected {}", key, expected));
    }
    return value;
  }

  std::optional<core::Micros> time(const yaml::Node& node, std::string_view key) {
    const std::string value = text(node, key);
    if (value.empty()) return std::nullopt;
    const auto parsed = core::parse_iso8601(value);
    if (parsed.ok()) return *parsed;
    node[key].report(problems_, fmt::format("{}: {}", key, parsed.error().message));
    return std::nullopt;
  }

  // What exceptions and suppressions have in common.
  template <class Entry>
  Entry entry(const yaml::Node& node) {
    Entry entry;
    entry.place = place_of(node);
    entry.id = text(node, "id");
    entry.detection = required(node, "detection", "the name or id of a detection, or '*'");
    entry.actor = text(node, "actor");
    entry.created = time(node, "created").value_or(core::Micros());
    entry.expires = time(node, "expires");
    return entry;
  }

  template <class Entry>
  void add(Entry entry, const core::StableHash& hash, const yaml::Node& node, std::vector<Entry>& to) {
    if (entry.id.empty()) entry.id = hash.hex().substr(0, kIdDigits);
    const auto fault = check(entry);
    if (!fault.ok()) return node.report(problems_, fault.error().message);
    const bool twice = std::ranges::any_of(to, [&](const Entry& other) { return other.id == entry.id; });
    if (twice) return node.report(problems_, fmt::format("id {} is there twice", core::quoted(entry.id)));
    to.push_back(std::move(entry));
  }

  void read_exception(const yaml::Node& node) {
    const std::size_t before = problems_.size();
    known(node, "exceptions: ", {"id", "detection", "fields", "reason", "actor", "created", "expires"});
    auto exception = entry<Exception>(node);
    exception.reason = text(node, "reason");
    core::StableHash hash;
    hash.add(exception.detection);
    for (const yaml::Entry& field : map_of(node, "fields").entries()) {
      const auto pattern = field.value.as_text(problems_, fmt::format("fields.{}", field.key));
      if (!pattern) {
        if (field.value.is_null())
          field.key_node.report(problems_, fmt::format("fields.{}: expected a text", field.key));
        continue;
      }
      hash.add(field.key);
      hash.add(*pattern);
      exception.fields.emplace_back(field.key, *pattern);
    }
    if (problems_.size() == before) add(std::move(exception), hash, node, tuning_.exceptions);
  }

  void read_suppression(const yaml::Node& node) {
    const std::size_t before = problems_.size();
    known(node, "suppressions: ", {"id", "detection", "fields", "period", "actor", "created", "expires"});
    auto suppression = entry<Suppression>(node);
    if (!node["fields"].present()) node.report(problems_, "fields is missing: expected a list of result columns");
    suppression.fields = node["fields"].as_text_list(problems_, "fields").value_or(std::vector<std::string>{});
    const std::string period = required(node, "period", "a time such as 24h");
    const auto parsed = core::parse_duration(period);
    if (parsed.ok()) {
      suppression.period = *parsed;
    } else if (!period.empty()) {
      node["period"].report(problems_, fmt::format("period: {}", parsed.error().message));
    }
    core::StableHash hash;
    hash.add(suppression.detection);
    for (const std::string& field : suppression.fields) hash.add(field);
    hash.add(suppression.period.count());
    if (problems_.size() == before) add(std::move(suppression), hash, node, tuning_.suppressions);
  }

  void read_filter(const yaml::Entry& entry) {
    const auto search = entry.value.as_text(problems_, fmt::format("filters.{}", entry.key));
    if (!entry.key.ends_with("_filter")) {
      entry.key_node.report(problems_, fmt::format("filters: {}: expected the name of a macro that ends in _filter",
                                                   core::quoted(entry.key)));
    } else if (!search) {
      if (entry.value.is_null()) entry.key_node.report(problems_, fmt::format("filters.{}: expected SPL", entry.key));
    } else if (const auto fault = check_filter(*search); !fault.ok()) {
      entry.value.report(problems_, fmt::format("filters.{}: {}", entry.key, fault.error().message));
    } else {
      tuning_.filters[entry.key] = *search;
    }
  }

  void read_detection(const yaml::Entry& entry) {
    if (!entry.value.is_map()) {
      return entry.key_node.report(
          problems_, fmt::format("detections: {}: expected a map such as {{enabled: false}}", core::quoted(entry.key)));
    }
    known(entry.value, "detections: ", {"enabled"});
    const auto enabled = entry.value["enabled"].as_bool(problems_, "enabled");
    if (enabled) tuning_.enabled[entry.key] = *enabled;
  }

  static constexpr std::size_t kIdDigits = 12;

  const yaml::Node& root_;
  core::Problems& problems_;
  Tuning tuning_;
};

core::Result<void> check_fields(std::size_t count, const std::vector<std::string_view>& texts) {
  if (count > kMostTuningFields) {
    return core::invalid_input(fmt::format("fields: {} of them: expected at most {}", count, kMostTuningFields));
  }
  for (const std::string_view text : texts) {
    if (text.size() > kLongestTuningText) {
      return core::invalid_input(
          fmt::format("a text of {} bytes: expected at most {}", text.size(), kLongestTuningText));
    }
  }
  return {};
}

// ---- Writing

// A JSON text is a YAML text in double quotes, but for the one character that JSON has as it is and YAML does not.
std::string quote(std::string_view text) {
  constexpr char kDelete = '\x7f';
  std::string quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (std::size_t at = quoted.find(kDelete); at != std::string::npos; at = quoted.find(kDelete, at)) {
    quoted.replace(at, 1, "\\u007f");
  }
  return quoted;
}

void append(std::string& out, std::string_view key, std::string_view value) {
  out += fmt::format("    {}: {}\n", key, quote(value));
}

template <class Entry>
void append_entry(std::string& out, const Entry& entry, const std::string& what) {
  out += fmt::format("  - id: {}\n", quote(entry.id));
  append(out, "detection", entry.detection);
  out += what;
  append(out, "actor", entry.actor);
  append(out, "created", core::format_rfc3339(entry.created));
  if (entry.expires) append(out, "expires", core::format_rfc3339(*entry.expires));
}

// ---- The file

core::Error fault_of(const std::string& path, int error) {
  return {core::ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(error)),  // NOLINT(concurrency-mt-unsafe)
          "make its folder writable for the daemon's user, and see that its disk is not full"};
}

core::Result<void> write_whole(const std::string& path, std::string_view text) {
  const core::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (file.get() < 0) return fault_of(path, errno);
  if (const int error = core::write_durably(file.get(), text); error != 0) return fault_of(path, error);
  return {};
}

}  // namespace

core::Result<void> check(const Exception& exception) {
  if (exception.detection.empty()) {
    return core::invalid_input("detection: expected the name or id of a detection, or '*'");
  }
  std::vector<std::string_view> texts = {exception.id, exception.detection, exception.reason};
  bool says_something = false;
  for (const auto& [column, pattern] : exception.fields) {
    if (column.empty()) return core::invalid_input("fields: '': expected a result column");
    says_something = says_something || pattern.find_first_not_of('*') != std::string::npos;
    texts.push_back(column);
    texts.push_back(pattern);
  }
  if (!says_something) {
    return core::invalid_input("fields: expected a pattern of a result column, such as dest: \"build-*\"");
  }
  return check_fields(exception.fields.size(), texts);
}

core::Result<void> check(const Suppression& suppression) {
  if (suppression.detection.empty()) {
    return core::invalid_input("detection: expected the name or id of a detection, or '*'");
  }
  std::vector<std::string_view> texts = {suppression.id, suppression.detection};
  for (const std::string& field : suppression.fields) {
    if (field.empty()) return core::invalid_input("fields: '': expected a result column");
    texts.push_back(field);
  }
  if (suppression.period < std::chrono::seconds(1) || suppression.period > kLongestThrottle) {
    return core::invalid_input(fmt::format("period: {}: expected 1s to 366d, such as 24h",
                                           core::quoted(core::format_duration(suppression.period))));
  }
  return check_fields(suppression.fields.size(), texts);
}

core::Result<void> check_filter(std::string_view search) {
  if (core::trim(search).empty()) return core::invalid_input("expected SPL, found nothing");
  if (search.size() > 8 * kLongestTuningText) {
    return core::invalid_input(fmt::format("{} bytes: expected at most {}", search.size(), 8 * kLongestTuningText));
  }
  return {};
}

std::optional<Tuning> parse_tuning(const yaml::Node& root, core::Problems& problems) {
  if (!root.present() || root.is_null()) return Tuning();
  if (!root.is_map()) {
    root.report(problems, "expected a map of exceptions, suppressions, filters and detections");
    return std::nullopt;
  }
  core::Problems found;
  Tuning tuning = TuningReader(root, found).read();
  problems.insert(problems.end(), found.begin(), found.end());
  if (core::has_errors(found)) return std::nullopt;
  return tuning;
}

std::optional<Tuning> load_tuning(const std::string& path, core::Problems& problems) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return Tuning();
  core::Problems found;
  const auto document = yaml::Document::load(path, found);
  const bool sound = document && !core::has_errors(found);
  problems.insert(problems.end(), found.begin(), found.end());
  if (!sound) return std::nullopt;
  return parse_tuning(document->root(), problems);
}

std::string render_tuning(const Tuning& tuning) {
  std::string out = kHead;
  if (!tuning.exceptions.empty()) out += "exceptions:\n";
  for (const Exception& exception : tuning.exceptions) {
    std::string what = "    fields:\n";
    for (const auto& [column, pattern] : exception.fields) {
      what += fmt::format("      {}: {}\n", quote(column), quote(pattern));
    }
    if (!exception.reason.empty()) append(what, "reason", exception.reason);
    append_entry(out, exception, what);
  }
  if (!tuning.suppressions.empty()) out += "suppressions:\n";
  for (const Suppression& suppression : tuning.suppressions) {
    std::vector<std::string> fields;
    for (const std::string& field : suppression.fields) fields.push_back(quote(field));
    append_entry(out, suppression,
                 fmt::format("    fields: [{}]\n    period: {}\n", fmt::join(fields, ", "),
                             core::format_duration(suppression.period)));
  }
  if (!tuning.filters.empty()) out += "filters:\n";
  for (const auto& [macro, search] : tuning.filters) out += fmt::format("  {}: {}\n", quote(macro), quote(search));
  if (!tuning.enabled.empty()) out += "detections:\n";
  for (const auto& [detection, enabled] : tuning.enabled) {
    out += fmt::format("  {}: {{enabled: {}}}\n", quote(detection), enabled);
  }
  return out;
}

core::Result<void> write_tuning(const std::string& path, const Tuning& tuning,
                                const std::function<core::Result<void>()>& last_check) {
  const std::string fresh = path + ".new";
  RW_CHECK(write_whole(fresh, render_tuning(tuning)));
  if (const auto checked = last_check(); !checked.ok()) {
    (void)::unlink(fresh.c_str());
    return checked;
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return fault_of(path, errno);
  // The new name must survive a power loss, too.
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const core::FileDescriptor directory(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return fault_of(path, errno);
  return {};
}

}  // namespace rw::detect
