#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/yaml/node_impl.h"

namespace rw::yaml {
namespace {

std::string_view name_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kAbsent:
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return "a single value";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "nothing";
}

// The scalar's text. Any other form but "nothing" is a problem.
std::optional<std::string> scalar_text(const Node& node, core::Problems& problems, std::string_view what,
                                       std::string_view expected) {
  if (!node.present() || node.is_null()) return std::nullopt;
  if (node.is_scalar()) return node.text();
  node.report(problems, fmt::format("{}: expected {}, found {}", what, expected, name_of(node.kind())));
  return std::nullopt;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Node::Kind Node::kind() const { return impl_ == nullptr ? Kind::kAbsent : impl_->kind; }
int Node::line() const { return impl_ == nullptr ? 0 : impl_->line; }
int Node::col() const { return impl_ == nullptr ? 0 : impl_->col; }

const std::string& Node::file() const {
  static const std::string kNoFile;
  return impl_ == nullptr ? kNoFile : *impl_->file;
}

std::string Node::text() const { return impl_ == nullptr ? std::string() : impl_->text; }
bool Node::is_quoted() const { return impl_ != nullptr && impl_->quoted; }

Node Node::operator[](std::string_view key) const {
  if (impl_ == nullptr) return {};
  for (const Entry& entry : impl_->entries) {
    if (entry.key == key) return entry.value;
  }
  return {};
}

std::vector<Entry> Node::entries() const { return impl_ == nullptr ? std::vector<Entry>() : impl_->entries; }
std::vector<Node> Node::items() const { return impl_ == nullptr ? std::vector<Node>() : impl_->items; }

std::optional<std::string> Node::as_text(core::Problems& problems, std::string_view what) const {
  return scalar_text(*this, problems, what, "a text");
}

std::optional<std::int64_t> Node::as_integer(core::Problems& problems, std::string_view what) const {
  const auto written = scalar_text(*this, problems, what, "a whole number");
  if (!written) return std::nullopt;
  const auto number = parse_number<std::int64_t>(*written);
  if (!number) report(problems, fmt::format("{}: {}: expected a whole number", what, core::quoted(*written)));
  return number;
}

std::optional<double> Node::as_number(core::Problems& problems, std::string_view what) const {
  const auto written = scalar_text(*this, problems, what, "a number");
  if (!written) return std::nullopt;
  auto number = parse_number<double>(*written);
  if (number && !std::isfinite(*number)) number = std::nullopt;
  if (!number) report(problems, fmt::format("{}: {}: expected a number", what, core::quoted(*written)));
  return number;
}

std::optional<bool> Node::as_bool(core::Problems& problems, std::string_view what) const {
  constexpr std::array<std::pair<std::string_view, bool>, 6> kWords = {
      {{"true", true}, {"false", false}, {"yes", true}, {"no", false}, {"on", true}, {"off", false}}};
  const auto written = scalar_text(*this, problems, what, "true or false");
  if (!written) return std::nullopt;
  for (const auto& [word, value] : kWords) {
    if (core::equals_ascii_nocase(*written, word)) return value;
  }
  report(problems, fmt::format("{}: {}: expected true or false", what, core::quoted(*written)));
  return std::nullopt;
}

std::optional<std::vector<std::string>> Node::as_text_list(core::Problems& problems, std::string_view what) const {
  if (!present() || is_null()) return std::nullopt;
  if (is_scalar()) return std::vector<std::string>{text()};
  if (is_map()) {
    report(problems, fmt::format("{}: expected a list of texts, found a map", what));
    return std::nullopt;
  }
  std::vector<std::string> texts;
  bool complete = true;
  for (const Node& item : impl_->items) {
    if (item.is_scalar()) {
      texts.push_back(item.text());
    } else {
      item.report(problems,
                  fmt::format("{}: expected a text as item of the list, found {}", what, name_of(item.kind())));
      complete = false;
    }
  }
  if (!complete) return std::nullopt;
  return texts;
}

Node Node::merged(const Node& base, const Node& over) {
  if (!base.is_map() || !over.is_map()) return over;
  auto both = std::make_shared<Impl>(*over.impl_);
  for (Entry& entry : both->entries) {
    const Node below = base[entry.key];
    if (below.is_map()) entry.value = merged(below, entry.value);
  }
  for (const Entry& entry : base.impl_->entries) {
    if (!over[entry.key].present()) both->entries.push_back(entry);
  }
  return Node(std::move(both));
}

void Node::report(core::Problems& problems, std::string message, core::Severity severity) const {
  problems.push_back({file(), line(), col(), std::move(message), severity});
}

}  // namespace rw::yaml
