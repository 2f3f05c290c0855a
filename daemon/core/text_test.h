// A test of one text, as a search asks it of a field: a pattern, a regular expression, a network for an address, a list
// of whole texts, or a length.
// Immutable after construction, cheap to copy, thread-safe.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/text_pattern.h"

namespace re2 {
class RE2;
}

namespace rw::core {

class TextTest {
 public:
  TextTest(TextPattern pattern);  // NOLINT(google-explicit-constructor): a pattern is the usual test

  // The expression (RE2's syntax, flags inline: "(?i)…") is found anywhere in the text; case matters.
  // Errors: InvalidInput, with RE2's message; Unsupported for what RE2 does not have (look-around, back-references).
  static Result<TextTest> regex(std::string_view expression);
  // The text is an IPv4 or IPv6 address in the network, "10.0.0.0/8"; bits beyond the length are ignored.
  // Errors: InvalidInput.
  static Result<TextTest> cidr(std::string_view network);

  // The text is one of these, compared folded: one look-up however many they are.
  static TextTest one_of(std::vector<std::string> texts);

  // The text has from `min` to `max` characters (code points, as length_of() counts them).
  static TextTest length(std::size_t min, std::size_t max = kAnyLength);
  static constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();

  bool matches(std::string_view text) const;

  // True when every text passes.
  bool is_any() const;
  // What the test is made of. nullptr: it is another kind of test.
  const TextPattern* pattern() const { return std::get_if<TextPattern>(&test_); }
  const std::string* expression() const;          // of regex()
  const std::vector<std::string>* texts() const;  // of one_of()

  // A text form for binding to a query: TextPattern's, or 'r' and the expression, 'n' and the network, 'l' and each
  // text after its length, or 's' and the two lengths. decode(encode()) is the same test. Errors of decode:
  // InvalidInput.
  std::string encode() const;
  static Result<TextTest> decode(std::string_view encoded);
  // For people: `= "*\\x"`, `== "X"` where case matters, `=~ "a.b"`, `in "10.0.0.0/8"`, `in ("a", "b")`, `of 5 to 8
  // characters`.
  std::string describe() const;

 private:
  struct Regex {
    std::string expression;
    std::shared_ptr<const re2::RE2> compiled;
  };
  struct Network {
    std::string written;
    std::string prefix;  // 4 or 16 bytes
    int bits;
  };
  struct List {
    std::vector<std::string> written;
    std::unordered_set<std::string> folded;
  };
  struct Length {
    std::size_t min;
    std::size_t max;
  };
  template <class Test>
  explicit TextTest(Test test) : test_(std::move(test)) {}

  std::variant<TextPattern, Regex, Network, std::shared_ptr<const List>, Length> test_;
};

}  // namespace rw::core
