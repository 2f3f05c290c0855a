#include "daemon/detect/sigma/modifiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/simplify.h"

namespace rw::detect::sigma {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

Error unsupported(std::string message) { return {ErrorCode::kUnsupported, std::move(message)}; }

std::string_view kind_name(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kText:
      return "a text";
    case Value::Kind::kNumber:
      return "a number";
    case Value::Kind::kBool:
      return "true or false";
  }
  return "";
}

struct Context {
  std::string_view name;  // of the modifier
  Modified& modified;
  const Options& options;

  // The values are texts, compared as patterns, as nothing before this has said otherwise.
  Result<void> expect_patterns() const {
    if (modified.comparison != Comparison::kPattern) {
      return core::invalid_input(
          fmt::format("modifier `{}` cannot follow one that says how the values are compared", name));
    }
    for (const Value& value : modified.values) {
      if (value.kind == Value::Kind::kNull) {
        return core::invalid_input(fmt::format("modifier `{}`: expected texts, found null", name));
      }
    }
    return {};
  }
  // Nothing has changed the values yet.
  Result<void> expect_untouched() const {
    RW_CHECK(expect_patterns());
    if (!modified.changed_by.empty()) {
      return core::invalid_input(fmt::format("modifier `{}` cannot follow `{}`", name, modified.changed_by));
    }
    return {};
  }
  Result<void> expect_kind(Value::Kind kind) const {
    for (const Value& value : modified.values) {
      if (value.kind == kind) continue;
      return core::invalid_input(
          fmt::format("modifier `{}`: expected {}, found {}", name, kind_name(kind),
                      value.kind == Value::Kind::kText ? core::quoted(value.written) : kind_name(value.kind)));
    }
    return {};
  }
  // Each text becomes those that `change` gives: a Result of a list.
  template <class Change>
  Result<void> change_texts(const Change& change) const {
    RW_CHECK(expect_patterns());
    modified.changed_by = name;
    std::size_t total = 0;
    for (Value& value : modified.values) {
      std::vector<Text> texts;
      for (const Text& text : value.texts) {
        RW_TRY(std::vector<Text> changed, change(text));
        total += changed.size();
        if (total > kMaxPredicateTests) {
          return Error{ErrorCode::kLimit,
                       fmt::format("modifier `{}`: the values stand for more than {} texts", name, kMaxPredicateTests)};
        }
        std::move(changed.begin(), changed.end(), std::back_inserter(texts));
      }
      value.texts = std::move(texts);
    }
    return {};
  }
  // The same on the bytes of texts without wildcards.
  template <class Encode>
  Result<void> encode(const Encode& encode) const {
    return change_texts([&](const Text& text) -> Result<std::vector<Text>> {
      const std::optional<std::string> bytes = plain(text);
      if (!bytes) {
        return core::invalid_input(fmt::format("modifier `{}`: expected texts without wildcards before it", name));
      }
      std::vector<Text> out;
      for (const std::string& each : encode(*bytes)) out.push_back(literal_text(each));
      return out;
    });
  }
};

using Texts = std::vector<std::string>;

Result<void> contains(const Context& c) {
  return c.change_texts(
      [](const Text& t) -> Result<std::vector<Text>> { return std::vector<Text>{open_start(open_end(t))}; });
}
Result<void> starts_with(const Context& c) {
  return c.change_texts([](const Text& t) -> Result<std::vector<Text>> { return std::vector<Text>{open_end(t)}; });
}
Result<void> ends_with(const Context& c) {
  return c.change_texts([](const Text& t) -> Result<std::vector<Text>> { return std::vector<Text>{open_start(t)}; });
}

Result<void> all(const Context& c) {
  c.modified.all = true;
  return {};
}
Result<void> cased(const Context& c) {
  c.modified.case_rule = core::TextPattern::Case::kExact;
  return {};
}
Result<void> neq(const Context& c) {
  if (c.modified.comparison == Comparison::kNumber || c.modified.comparison == Comparison::kPresence) {
    return core::invalid_input("modifier `neq` cannot follow one that compares numbers or asks for presence");
  }
  c.modified.negated = true;
  return {};
}

Result<void> re(const Context& c) {
  RW_CHECK(c.expect_untouched());
  c.modified.comparison = Comparison::kRegex;
  return {};
}
Result<void> regex_flag(const Context& c) {
  if (c.modified.comparison != Comparison::kRegex) {
    return core::invalid_input(fmt::format("modifier `{}`: expected `re` before it", c.name));
  }
  c.modified.regex_flags += c.name;
  return {};
}
Result<void> cidr(const Context& c) {
  RW_CHECK(c.expect_untouched());
  RW_CHECK(c.expect_kind(Value::Kind::kText));
  c.modified.comparison = Comparison::kNetwork;
  return {};
}

template <storage::CompareOp op>
Result<void> compares(const Context& c) {
  RW_CHECK(c.expect_untouched());
  RW_CHECK(c.expect_kind(Value::Kind::kNumber));
  c.modified.comparison = Comparison::kNumber;
  c.modified.op = op;
  return {};
}

Result<void> exists(const Context& c) {
  RW_CHECK(c.expect_untouched());
  if (c.modified.is_list) return core::invalid_input("modifier `exists`: expected true or false, found a list");
  RW_CHECK(c.expect_kind(Value::Kind::kBool));
  c.modified.comparison = Comparison::kPresence;
  return {};
}

Result<void> fieldref(const Context& c) {
  if (c.modified.changed_by == "contains" || c.modified.changed_by == "startswith" ||
      c.modified.changed_by == "endswith") {
    return unsupported(fmt::format("modifier `fieldref` with `{}` is not supported", c.modified.changed_by));
  }
  RW_CHECK(c.expect_untouched());
  RW_CHECK(c.expect_kind(Value::Kind::kText));
  c.modified.comparison = Comparison::kField;
  return {};
}

Result<void> to_base64(const Context& c) {
  c.modified.encoded_by = {};
  return c.encode([](std::string_view bytes) { return Texts{base64(bytes)}; });
}
Result<void> to_base64offset(const Context& c) {
  c.modified.encoded_by = {};
  RW_CHECK(c.encode([](std::string_view bytes) { return base64offset(bytes); }));
  for (const Value& value : c.modified.values) {
    if (!value.texts.empty()) continue;
    return core::invalid_input(fmt::format("modifier `base64offset`: {} is too short", core::quoted(value.written)));
  }
  // It stands somewhere in a longer text; that is what the offsets are for.
  return contains(c);
}
Result<void> to_utf16le(const Context& c) {
  c.modified.encoded_by = c.name;
  return c.encode([](std::string_view text) { return Texts{utf16(text, ByteOrder::kLittle)}; });
}
Result<void> to_utf16be(const Context& c) {
  c.modified.encoded_by = c.name;
  return c.encode([](std::string_view text) { return Texts{utf16(text, ByteOrder::kBig)}; });
}
Result<void> to_utf16(const Context& c) {
  c.modified.encoded_by = c.name;
  return c.encode([](std::string_view text) { return Texts{"\xff\xfe" + utf16(text, ByteOrder::kLittle)}; });
}

Result<void> to_windash(const Context& c) {
  return c.change_texts([](const Text& text) -> Result<std::vector<Text>> {
    if (auto all = windash(text)) return *std::move(all);
    return Error{ErrorCode::kLimit,
                 fmt::format("modifier `windash`: more than {} arguments in one value", kMostDashes)};
  });
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// One literal with its placeholders filled: %name%, and \% for a percent sign that begins none.
Result<std::vector<Text>> expand_literal(std::string_view literal, const Options& options) {
  std::vector<Text> all = {{}};
  const auto add = [&](std::string_view text) {
    for (Text& each : all) append(each, literal_text(text));
  };
  while (!literal.empty()) {
    if (literal.starts_with("\\%")) {
      add("%");
      literal.remove_prefix(2);
      continue;
    }
    const std::size_t end = literal.front() == '%' ? literal.find('%', 1) : std::string_view::npos;
    const std::string_view name = end == std::string_view::npos ? "" : literal.substr(1, end - 1);
    if (!is_name(name)) {
      add(literal.substr(0, 1));
      literal.remove_prefix(1);
      continue;
    }
    const auto found = options.placeholders.find(name);
    if (found == options.placeholders.end()) {
      return unsupported(
          fmt::format("placeholder %{}% has no values: expected them in detections.sigma.placeholders", name));
    }
    if (all.size() * found->second.size() > kMaxPredicateTests) {
      return Error{ErrorCode::kLimit,
                   fmt::format("placeholder %{}%: a value stands for more than {} texts", name, kMaxPredicateTests)};
    }
    std::vector<Text> more;
    for (const Text& each : all) {
      for (const std::string& value : found->second) append(more.emplace_back(each), parse_text(value));
    }
    all = std::move(more);
    literal.remove_prefix(end + 1);
  }
  return all;
}

Result<void> expand(const Context& c) {
  return c.change_texts([&](const Text& text) -> Result<std::vector<Text>> {
    std::vector<Text> all = {{}};
    for (const Piece& piece : text) {
      std::vector<Text> filled = {{piece}};
      if (piece.kind == Piece::Kind::kLiteral) {
        RW_TRY(filled, expand_literal(piece.text, c.options));
      }
      if (all.size() * filled.size() > kMaxPredicateTests) {
        return Error{ErrorCode::kLimit,
                     fmt::format("modifier `expand`: a value stands for more than {} texts", kMaxPredicateTests)};
      }
      std::vector<Text> more;
      for (const Text& each : all) {
        for (const Text& next : filled) append(more.emplace_back(each), next);
      }
      all = std::move(more);
    }
    return all;
  });
}

Result<void> part_of_time(const Context& c) {
  return unsupported(fmt::format("modifier `{}` (a part of a time) is not supported", c.name));
}

struct NamedModifier {
  std::string_view name;
  Result<void> (*apply)(const Context&);
};
constexpr std::array kModifiers = {
    NamedModifier{"all", all},
    NamedModifier{"base64", to_base64},
    NamedModifier{"base64offset", to_base64offset},
    NamedModifier{"cased", cased},
    NamedModifier{"cidr", cidr},
    NamedModifier{"contains", contains},
    NamedModifier{"day", part_of_time},
    NamedModifier{"endswith", ends_with},
    NamedModifier{"exists", exists},
    NamedModifier{"expand", expand},
    NamedModifier{"fieldref", fieldref},
    NamedModifier{"gt", compares<storage::CompareOp::kGreater>},
    NamedModifier{"gte", compares<storage::CompareOp::kGreaterEqual>},
    NamedModifier{"hour", part_of_time},
    NamedModifier{"i", regex_flag},
    NamedModifier{"lt", compares<storage::CompareOp::kLess>},
    NamedModifier{"lte", compares<storage::CompareOp::kLessEqual>},
    NamedModifier{"m", regex_flag},
    NamedModifier{"minute", part_of_time},
    NamedModifier{"month", part_of_time},
    NamedModifier{"neq", neq},
    NamedModifier{"re", re},
    NamedModifier{"s", regex_flag},
    NamedModifier{"startswith", starts_with},
    NamedModifier{"utf16", to_utf16},
    NamedModifier{"utf16be", to_utf16be},
    NamedModifier{"utf16le", to_utf16le},
    NamedModifier{"week", part_of_time},
    NamedModifier{"wide", to_utf16le},
    NamedModifier{"windash", to_windash},
    NamedModifier{"year", part_of_time},
};

}  // namespace

Result<void> apply_modifier(std::string_view name, Modified& modified, const Options& options) {
  const auto row = std::ranges::find(kModifiers, name, &NamedModifier::name);
  if (row == kModifiers.end()) return unsupported(fmt::format("modifier {} is not supported", core::quoted(name)));
  if (modified.comparison == Comparison::kField && (name == "contains" || name == "startswith" || name == "endswith")) {
    return unsupported(fmt::format("modifier `fieldref` with `{}` is not supported", name));
  }
  if (!modified.encoded_by.empty() && !row->name.starts_with("base64")) {
    return core::invalid_input(
        fmt::format("modifier `{}`: expected base64 or base64offset after `{}`", name, modified.encoded_by));
  }
  return row->apply({row->name, modified, options});
}

}  // namespace rw::detect::sigma
