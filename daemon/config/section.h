// One map of the configuration while it is read: every read names its key, so that at the end the keys that nobody
// read are known to be unknown. Problems go to the Context, in any order; config::parse sorts them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/endpoint.h"
#include "daemon/core/problem.h"
#include "daemon/core/result.h"
#include "daemon/core/text_pattern.h"
#include "daemon/core/time.h"
#include "daemon/yaml/reader.h"

namespace rw::config {

// What all sections share.
struct Context {
  core::Problems& problems;
  std::filesystem::path folder;  // of the configuration file: relative paths start here
  core::TimeZone zone;
  std::vector<std::string> secret_files = {};  // that were named, as paths
  bool has_secrets = false;                    // written in the file itself

  // Absolute paths stay.
  std::string resolve(const std::string& path) const;
  void report(const yaml::Node& node, std::string_view name, std::string_view message);
  // The error's message and, in brackets, its hint.
  void report(const yaml::Node& node, std::string_view name, const core::Error& error);
};

// What a person writes for a key that may be left out.
template <class T, class Value>
void set(T& target, const std::optional<Value>& value) {
  if (value) target = static_cast<T>(*value);
}

class Section {
 public:
  // name: for messages, "inputs.limits"; empty for the whole file. An absent or empty node is a section without keys.
  // Another form than a map is a problem.
  Section(Context& context, yaml::Node node, std::string name);

  // The key's value for the caller to read. Nothing behind the key is a problem, and an absent node.
  yaml::Node value(std::string_view key, std::string_view expected);
  // The same for a map: nothing behind the key (all of it commented out) is an absent node.
  yaml::Node map(std::string_view key);

  // All of these: nullopt when the key is absent or its value is a problem.
  std::optional<std::string> text(std::string_view key, std::string_view expected);
  // ${NAME} in a path is replaced from the environment.
  std::optional<std::string> path(std::string_view key);
  // A name, with * for any run of characters.
  std::optional<core::TextPattern> pattern(std::string_view key);
  std::optional<std::vector<std::string>> paths(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t min, std::uint64_t max);
  std::optional<std::uint64_t> size(std::string_view key, std::uint64_t min_bytes, std::uint64_t max_bytes);
  std::optional<core::Endpoint> endpoint(std::string_view key);
  std::optional<core::TimeZone> time_zone(std::string_view key);
  // One of the words. later: words that a later version will know.
  std::optional<std::string> word(std::string_view key, std::initializer_list<std::string_view> words,
                                  std::initializer_list<std::string_view> later = {});
  // informational to critical
  std::optional<std::string> severity(std::string_view key);
  // Reads each item of a list, a section of its own. expected: "a list of …".
  void each(std::string_view key, std::string_view expected, const std::function<void(Section& item)>& read);
  // In whole units of the target.
  template <class Duration>
  void duration(std::string_view key, Duration& target, Duration min, Duration max) {
    const auto read = duration_us(key, min, max, Duration(1));
    if (read) target = std::chrono::duration_cast<Duration>(*read);
  }

  // A problem when the key is missing, where there is a section at all.
  void require(std::string_view key, std::string_view expected) const;
  // A key that this version does not know yet: a problem that says what happens instead.
  void unsupported(std::string_view key, std::string_view instead);
  // Reports the keys that nobody asked for.
  void finish();

  bool has(std::string_view key) const { return node_[key].present(); }
  std::string name_of(std::string_view key) const;
  const std::string& name() const { return name_; }
  const yaml::Node& node() const { return node_; }
  Context& context() const { return context_; }

 private:
  std::optional<std::chrono::microseconds> duration_us(std::string_view key, std::chrono::microseconds min,
                                                       std::chrono::microseconds max, std::chrono::microseconds unit);
  // What a person wrote as a path. Nullopt: a problem.
  std::optional<std::string> resolve(const yaml::Node& node, std::string_view key, const std::string& written);
  void out_of_range(const yaml::Node& node, std::string_view key, std::string_view min, std::string_view max);

  Context& context_;
  yaml::Node node_;  // a map, or absent
  std::string name_;
  std::vector<std::string> known_;
  std::vector<std::string> unsupported_;
};

// "a", "a or b", "a, b or c"
std::string alternatives(const std::vector<std::string>& words);
// The word that was probably meant; empty: none is near.
std::string nearest(std::string_view written, const std::vector<std::string>& words);

}  // namespace rw::config
