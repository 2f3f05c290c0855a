#include "daemon/detect/sigma/field_test.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/sigma/modifiers.h"
#include "daemon/detect/simplify.h"

namespace rw::detect::sigma {
namespace {

// A whole number as YAML writes it, decimal or 0x…
std::optional<std::int64_t> whole_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || (base == 16 && number < 0)) return std::nullopt;
  return number;
}

std::optional<Value> read_value(const yaml::Node& node, core::Problems& problems) {
  Value value{.node = node, .written = node.text()};
  if (node.is_null()) {
    value.kind = Value::Kind::kNull;
    return value;
  }
  if (!node.is_scalar()) {
    node.report(problems, "expected a text, a number, true, false or null as a value, found a list or a map");
    return std::nullopt;
  }
  if (!node.is_quoted()) {
    if (core::equals_ascii_nocase(value.written, "true") || core::equals_ascii_nocase(value.written, "false")) {
      value.kind = Value::Kind::kBool;
    } else if (whole_number(value.written) || core::number_of(value.written)) {
      value.kind = Value::Kind::kNumber;
    }
  }
  value.texts = {parse_text(value.written)};
  return value;
}

// A number equals the event's text when that is its decimal form, or the hexadecimal one that Windows writes.
void add_number(const Value& value, std::vector<Test>& tests) {
  tests.push_back(core::TextTest(core::TextPattern::exact(value.written)));
  const std::optional<std::int64_t> number = whole_number(value.written);
  if (!number) return;
  if (const std::string decimal = std::to_string(*number); decimal != value.written) {
    tests.push_back(core::TextTest(core::TextPattern::exact(decimal)));
  }
  if (*number < 0) return;
  auto hexadecimal = core::TextTest::regex(fmt::format("^0[xX]0*(?i:{:x})$", *number));
  if (hexadecimal.ok()) tests.push_back(std::move(hexadecimal).value());
}

core::Result<std::vector<Test>> tests_of(const Value& value, const Modified& modified, bool keyword) {
  std::vector<Test> tests;
  switch (modified.comparison) {
    case Comparison::kPattern:
      if (value.kind == Value::Kind::kNull) {
        if (keyword) return core::invalid_input("null as a keyword: expected a text");
        tests.push_back(IsEmpty{});
      } else if (value.kind == Value::Kind::kNumber && modified.changed_by.empty() && !keyword) {
        add_number(value, tests);
      } else {
        const bool anywhere = keyword && modified.changed_by.empty();
        for (const Text& text : value.texts) {
          if ((text.empty() || plain(text) == "-") && !keyword) {
            tests.push_back(IsEmpty{});
          } else {
            const Text& whole = anywhere ? open_start(open_end(text)) : text;
            tests.push_back(core::TextTest(pattern_of(whole, modified.case_rule)));
          }
        }
      }
      break;
    case Comparison::kRegex: {
      const std::string flags = modified.regex_flags.empty() ? "" : fmt::format("(?{})", modified.regex_flags);
      RW_TRY(core::TextTest test, core::TextTest::regex(flags + value.written));
      tests.push_back(std::move(test));
      break;
    }
    case Comparison::kNetwork: {
      RW_TRY(core::TextTest test, core::TextTest::cidr(value.written));
      tests.push_back(std::move(test));
      break;
    }
    case Comparison::kNumber: {
      const std::optional<std::int64_t> whole = whole_number(value.written);
      tests.push_back(ComparesNumber{modified.op, whole ? std::to_string(*whole) : value.written});
      break;
    }
    case Comparison::kPresence:
      if (core::equals_ascii_nocase(value.written, "true")) {
        tests.push_back(IsPresent{});
      } else {
        tests.push_back(IsEmpty{});
      }
      break;
    case Comparison::kField:
      tests.push_back(SameAs{value.written, modified.case_rule});
      break;
  }
  return tests;
}

class Reader {
 public:
  Reader(const yaml::Node& at, const Options& options, core::Problems& problems)
      : at_(at), options_(options), problems_(problems) {}

  std::optional<FieldTest> read(std::string_view key, const yaml::Node& value) {
    FieldTest test{.at = at_};
    std::string_view modifiers;
    if (const std::size_t bar = key.find('|'); bar != std::string_view::npos) {
      modifiers = key.substr(bar + 1);
      if (modifiers.empty()) return fail("expected a modifier after `|`");
      key = key.substr(0, bar);
    }
    test.field = key;
    if (!read_values(value)) return std::nullopt;
    while (!modifiers.empty()) {
      const std::size_t bar = modifiers.find('|');
      if (auto applied = apply_modifier(modifiers.substr(0, bar), modified_, options_); !applied.ok()) {
        return fail(applied.error().message);
      }
      modifiers.remove_prefix(bar == std::string_view::npos ? modifiers.size() : bar + 1);
    }
    if (!modified_.encoded_by.empty()) {
      return fail(fmt::format("expected base64 or base64offset after `{}`", modified_.encoded_by));
    }
    const bool keyword = test.field.empty();
    if (keyword && modified_.comparison != Comparison::kPattern && modified_.comparison != Comparison::kRegex) {
      return fail("this modifier needs the name of a field before it");
    }
    test.all = modified_.all;
    test.negated = modified_.negated;
    for (const Value& each : modified_.values) {
      auto tests = tests_of(each, modified_, keyword);
      if (!tests.ok()) {
        each.node.report(problems_, tests.error().message);
        return std::nullopt;
      }
      test.values.push_back(std::move(tests).value());
    }
    return test;
  }

 private:
  std::nullopt_t fail(std::string message) {
    at_.report(problems_, std::move(message));
    return std::nullopt;
  }

  bool read_values(const yaml::Node& node) {
    modified_.is_list = node.is_list();
    std::vector<yaml::Node> nodes;
    if (node.is_list()) {
      nodes = node.items();
    } else {
      nodes.push_back(node);
    }
    if (nodes.empty()) {
      node.report(problems_, "an empty list: expected at least one value");
      return false;
    }
    if (nodes.size() > kMaxPredicateTests) {
      node.report(problems_, fmt::format("{} values: expected at most {}", nodes.size(), kMaxPredicateTests));
      return false;
    }
    for (const yaml::Node& each : nodes) {
      auto value = read_value(each, problems_);
      if (!value) return false;
      modified_.values.push_back(*std::move(value));
    }
    return true;
  }

  const yaml::Node at_;
  const Options& options_;
  core::Problems& problems_;
  Modified modified_;
};

}  // namespace

std::optional<FieldTest> read_field_test(const yaml::Entry& entry, const Options& options, core::Problems& problems) {
  return Reader(entry.key_node, options, problems).read(entry.key, entry.value);
}

std::optional<FieldTest> read_keyword(const yaml::Node& value, const Options& options, core::Problems& problems) {
  return Reader(value, options, problems).read("", value);
}

}  // namespace rw::detect::sigma
