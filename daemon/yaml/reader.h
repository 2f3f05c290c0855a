// YAML files that people write: nodes that know where they stand, and a place to gather every problem at once.
// yaml-cpp stays behind this header. Nodes are cheap views into their Document and live as long as it does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/core/result.h"

namespace rw::yaml {

// Limits on one file. Anchors are shared, not copied; what aliases repeat counts as if it were written out.
inline constexpr std::size_t kMaxFileBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxNesting = 100;
inline constexpr std::size_t kMaxNodes = 250'000;
inline constexpr std::size_t kMaxRepeatedBytes = 16 * 1024 * 1024;  // a node counts as 64 bytes and its text

struct Entry;

class Node {
 public:
  enum class Kind { kAbsent, kNull, kScalar, kList, kMap };

  Node() = default;

  Kind kind() const;
  bool present() const { return kind() != Kind::kAbsent; }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_scalar() const { return kind() == Kind::kScalar; }
  bool is_list() const { return kind() == Kind::kList; }
  bool is_map() const { return kind() == Kind::kMap; }

  // Position of the node's first character, from 1 (columns in bytes); behind an alias, that of the anchored node.
  // 0 when absent.
  int line() const;
  int col() const;
  const std::string& file() const;

  // The scalar's text after YAML unquoting; empty for anything else. is_quoted: it was written in quotes or as a
  // block (| or >).
  std::string text() const;
  bool is_quoted() const;

  // Child of a map; an absent node if there is none (or this is not a map).
  Node operator[](std::string_view key) const;
  // In file order. Empty unless a map, a list.
  std::vector<Entry> entries() const;
  std::vector<Node> items() const;

  // Typed reads: nullopt, and a problem with position and expectation, when the node has another form.
  // An absent or null node is nullopt without a problem. The scalar's text decides, in quotes or not.
  std::optional<std::string> as_text(core::Problems& problems, std::string_view what) const;
  std::optional<std::int64_t> as_integer(core::Problems& problems, std::string_view what) const;
  std::optional<double> as_number(core::Problems& problems, std::string_view what) const;
  // true false yes no on off, in any case.
  std::optional<bool> as_bool(core::Problems& problems, std::string_view what) const;
  // A list of scalars, or one scalar (a list of one).
  std::optional<std::vector<std::string>> as_text_list(core::Problems& problems, std::string_view what) const;

  // Both in one: the keys of two maps together, maps below them likewise; anything else is `over`. Places stay those of
  // the nodes, that of the whole is `over`'s.
  static Node merged(const Node& base, const Node& over);

  // A problem at this node.
  void report(core::Problems& problems, std::string message, core::Severity severity = core::Severity::kError) const;

 private:
  friend class Document;
  friend class TreeBuilder;
  struct Impl;
  explicit Node(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

struct Entry {
  std::string key;
  Node key_node;  // position of the key
  Node value;
};

class Document {
 public:
  // One document of UTF-8. `file` names the text in problems. A syntax error, a passed limit, a key written twice in a
  // map, a merge key (<<), an unknown tag or a second document is a problem (all of them where possible); a syntax
  // error and a passed limit give nullopt. An empty file has an absent root.
  static std::optional<Document> parse(std::string_view text, std::string file, core::Problems& problems);
  // All documents of the text; those that hold nothing are left out, unless it is the only one; for the rest as
  // parse(). The limits are those of the file as a whole. nullopt as parse() gives it.
  static std::optional<std::vector<Document>> parse_all(std::string_view text, std::string file,
                                                        core::Problems& problems);
  // Reads the file; one that cannot be read, or is no regular file, is a problem.
  static std::optional<Document> load(const std::string& path, core::Problems& problems);
  static std::optional<std::vector<Document>> load_all(const std::string& path, core::Problems& problems);

  const Node& root() const { return root_; }
  // Of the whole file; its lines are those that nodes name.
  const std::string& text() const;
  // Reports text after the end of a document of which there may be only one.
  static void report_second(const Node& second, core::Problems& problems);

 private:
  Node root_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace rw::yaml
