#include "daemon/yaml/tree_builder.h"

#include <fmt/format.h>
#include <yaml-cpp/mark.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/core/text.h"

namespace rw::yaml {
namespace {

constexpr std::size_t kNodeBytes = 64;

// yaml-cpp gives "?" for plain and "!" for quoted scalars; the rest are tags as written.
bool is_known_tag(std::string_view tag) {
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  constexpr std::array<std::string_view, 7> kTypes = {"str", "int", "float", "bool", "null", "seq", "map"};
  if (tag.empty() || tag == "?" || tag == "!") return true;
  return tag.starts_with(kCore) && std::ranges::find(kTypes, tag.substr(kCore.size())) != kTypes.end();
}

}  // namespace

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  // yaml-cpp 0.7 makes documents without end of a comma or bracket that stands where none can: it never takes it.
  if (document_start_ == mark.pos && !stopped_) {
    stop(mark, "not valid YAML: this stands where nothing like it can");
  }
  document_start_ = mark.pos;
  anchored_.clear();
  root_ = nullptr;
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  auto node = make(mark, Node::Kind::kNull, {});
  if (node == nullptr) return;
  if (!open_.empty() && open_.back().key != nullptr) {
    // yaml-cpp places a value that was left out where the next thing stands.
    node->line = open_.back().key->line;
    node->col = open_.back().key->col;
  }
  add(std::move(node), anchor, kNodeBytes);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  auto node = make(mark, Node::Kind::kScalar, tag);
  if (node == nullptr) return;
  node->text = value;
  node->quoted = tag == "!";
  last_scalar_ = {node->line, node->col, static_cast<std::size_t>(mark.pos)};
  add(std::move(node), anchor, kNodeBytes + value.size());
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value) {
  open(mark, tag, anchor, Node::Kind::kList);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
  open(mark, tag, anchor, Node::Kind::kMap);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (stopped_) return;
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) {
    stop(mark, "this alias stands inside the node it refers to: expected an alias to a finished node");
    return;
  }
  repeated_bytes_ += found->second.bytes;
  if (repeated_bytes_ > kMaxRepeatedBytes) {
    stop(mark, fmt::format("aliases repeat more than {} MiB: write less of it with aliases",
                           kMaxRepeatedBytes / (1024 * 1024)));
    return;
  }
  add(found->second.node, 0, found->second.bytes);
}

std::shared_ptr<Node::Impl> TreeBuilder::make(const YAML::Mark& mark, Node::Kind kind, std::string_view tag) {
  if (stopped_) return nullptr;
  if (++nodes_ > kMaxNodes) {
    stop(mark, fmt::format("the file has more than {} values", kMaxNodes));
    return nullptr;
  }
  auto node = std::make_shared<Node::Impl>();
  node->kind = kind;
  node->line = mark.line + 1;
  node->col = mark.column + 1;
  node->file = file_;
  if (!is_known_tag(tag)) report(node->line, node->col, fmt::format("unknown tag {}", core::quoted(tag)));
  return node;
}

void TreeBuilder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
  auto node = make(mark, kind, tag);
  if (node == nullptr) return;
  if (open_.size() >= kMaxNesting) {
    stop(mark, fmt::format("nested deeper than {} levels", kMaxNesting));
    return;
  }
  Open& level = open_.emplace_back();
  level.node = std::move(node);
  level.anchor = anchor;
  level.bytes = kNodeBytes;
}

void TreeBuilder::close() {
  if (stopped_) return;
  Open level = std::move(open_.back());
  open_.pop_back();
  add(std::move(level.node), level.anchor, level.bytes);
}

void TreeBuilder::add(std::shared_ptr<const Node::Impl> node, YAML::anchor_t anchor, std::size_t bytes) {
  if (anchor != 0) anchored_[anchor] = {node, bytes};
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  parent.bytes += bytes;
  if (parent.node->kind == Node::Kind::kList) {
    parent.node->items.push_back(Node(std::move(node)));
  } else if (parent.key == nullptr) {
    parent.key_is_usable = check_key(parent, *node);
    parent.key = std::move(node);
  } else {
    if (parent.key_is_usable) {
      parent.node->entries.push_back({parent.key->text, Node(parent.key), Node(std::move(node))});
    }
    parent.key = nullptr;
  }
}

bool TreeBuilder::check_key(Open& map, const Node::Impl& key) {
  if (key.kind != Node::Kind::kScalar) {
    report(key.line, key.col, "expected a text as the key of a map");
    return false;
  }
  if (key.text == "<<" && !key.quoted) {
    report(key.line, key.col, "merge keys (<<) are not supported: write the keys out");
    return false;
  }
  const auto [first, is_new] = map.key_lines.emplace(key.text, key.line);
  if (!is_new) {
    report(key.line, key.col,
           fmt::format("key {} is written twice in this map: first on line {}", core::quoted(key.text), first->second));
  }
  return is_new;
}

void TreeBuilder::report(int line, int col, std::string message) {
  problems_.push_back({*file_, line, col, std::move(message)});
}

void TreeBuilder::stop(const YAML::Mark& mark, std::string message) {
  stopped_ = true;
  report(mark.line + 1, mark.column + 1, std::move(message));
}

}  // namespace rw::yaml
