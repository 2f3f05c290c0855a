// yaml-cpp's events → our nodes. Within this folder only.
#pragma once

#include <yaml-cpp/eventhandler.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/yaml/node_impl.h"

namespace rw::yaml {

// Takes the events of a file's documents, one after another. A passed limit is reported once; from then on events are
// ignored and stopped() is true. Aliases share the anchored node, and what they repeat is counted, so a small file
// never stands for a huge tree.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const std::string> file, core::Problems& problems)
      : file_(std::move(file)), problems_(problems) {}

  // Of the last document.
  Node root() const { return root_ == nullptr ? Node() : Node(root_); }
  bool stopped() const { return stopped_; }
  // Of the last scalar: where it stands, and its offset in the text. A document without one has an empty place.
  struct Place {
    int line = 0;
    int col = 0;
    std::size_t offset_bytes = 0;
  };
  const Place& last_scalar() const { return last_scalar_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  // A list or map whose end has not come yet.
  struct Open {
    std::shared_ptr<Node::Impl> node;
    YAML::anchor_t anchor = 0;
    std::size_t bytes = 0;  // written out, with all that aliases repeat
    // Of a map: the key whose value comes next, and the line of each key so far.
    std::shared_ptr<const Node::Impl> key;
    bool key_is_usable = false;
    std::unordered_map<std::string, int> key_lines;
  };
  struct Anchored {
    std::shared_ptr<const Node::Impl> node;
    std::size_t bytes = 0;
  };

  std::shared_ptr<Node::Impl> make(const YAML::Mark& mark, Node::Kind kind, std::string_view tag);
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind);
  void close();
  void add(std::shared_ptr<const Node::Impl> node, YAML::anchor_t anchor, std::size_t bytes);
  bool check_key(Open& map, const Node::Impl& key);
  void report(int line, int col, std::string message);
  void stop(const YAML::Mark& mark, std::string message);

  const std::shared_ptr<const std::string> file_;
  core::Problems& problems_;
  std::shared_ptr<const Node::Impl> root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Anchored> anchored_;
  std::size_t nodes_ = 0;
  std::size_t repeated_bytes_ = 0;
  Place last_scalar_;
  int document_start_ = -1;  // offset of the last document's first token
  bool stopped_ = false;
};

}  // namespace rw::yaml
