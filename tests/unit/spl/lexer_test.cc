#include "daemon/detect/spl/lexer.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace rw::detect::spl {
namespace {

// The tokens of a text, each as it is described in messages, separated by blanks.
std::string lex(LexMode mode, const std::string& text) {
  const auto expanded = expand(text, Macros());
  REQUIRE(expanded.ok());
  Lexer lexer(*expanded);
  std::string out;
  while (true) {
    const auto token = lexer.next(mode);
    if (!token.ok()) return out + "! " + token.error().message;
    if (token->kind == TokenKind::kEnd) return out.empty() ? out : out.substr(0, out.size() - 1);
    out += describe(*token) + " ";
  }
}

struct Case {
  LexMode mode;
  std::string text;
  std::string expected;
};

TEST_CASE("what a character means depends on the place") {
  const std::vector<Case> cases = {
      // The left of a comparison
      {LexMode::kSearch, R"(="x"AND field=)", "`=` the text \"x\" `AND` `field` `=`"},
      {LexMode::kSearch, R"(a.b!="c")", "`a.b` `!=` the text \"c\""},
      {LexMode::kSearch, R"(IN("a" , "b",)", "`IN` `(` the text \"a\" `,` the text \"b\" `,`"},
      {LexMode::kSearch, "a\n  =\tb", "`a` `=` `b`"},
      {LexMode::kSearch, R"("*|Action=Allow|*" | x)", "the text \"*|Action=Allow|*\" `|` `x`"},
      {LexMode::kSearch, "a<=1 b<2 c>=3 d>4 e==5", "`a` `<=` `1` `b` `<` `2` `c` `>=` `3` `d` `>` `4` `e` `==` `5`"},
      // A value: almost anything
      {LexMode::kValue, R"(*\\currentversion\\run* x)", R"(`*\currentversion\run*` `x`)"},
      {LexMode::kValue, "a=b<c>d!e", "`a=b<c>d!e`"},
      {LexMode::kValue, R"(a\|b\"c|d)", "`a|b\"c` `|` `d`"},
      {LexMode::kValue, "{89565275-A714}\\x", R"(`{89565275-A714}\x`)"},
      {LexMode::kValue, "it's)", "`it's` `)`"},
      // Names and options of commands
      {LexMode::kArgument, "span=1h -count fields - a.b* ctime(x)",
       "`span` `=` `1h` `-count` `fields` `-` `a.b*` `ctime` `(` `x` `)`"},
      {LexMode::kArgument, R"("^\d+\.\\x\"")", R"(the text "^\d+\.\x"")"},
      {LexMode::kArgument, "a ' b", "`a` ! 1:3: unexpected `'`"},
      // Expressions
      {LexMode::kExpression, "a-1.5*b.c", "`a` `-` `1.5` `*` `b` `.` `c`"},
      {LexMode::kExpression, R"('a b'="\\" x!=2)", R"(the field 'a b' `=` the text "\" `x` `!=` `2`)"},
      {LexMode::kExpression, R"('a\'b')", "the field 'a'b'"},
      {LexMode::kExpression, "é<=1", "`é` `<=` `1`"},
      {LexMode::kExpression, "a ; b", "`a` ! 1:3: unexpected `;` in an expression"},
      // Quotes
      {LexMode::kSearch, R"(x="abc)", "`x` `=` ! 1:3: a quote is never closed: expected \" at the end of the text"},
      {LexMode::kSearch, R"("abc\")", "! 1:1: a quote is never closed: expected \" at the end of the text"},
      {LexMode::kExpression, "'abc", "! 1:1: a quote is never closed: expected ' at the end of the field name"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(lex(c.mode, c.text) == c.expected);
  }
}

TEST_CASE("exactly one level of backslashes goes, quoted or not") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"(\\)", R"(\)"},
      {R"(\\\\*)", R"(\\*)"},
      {R"(a\"b)", R"(a"b)"},
      {R"(a\|b)", "a|b"},
      {R"(\*)", R"(\*)"},                                                 // a backslash and a wildcard
      {R"(*\\Control\Session Manager)", R"(*\Control\Session Manager)"},  // before a letter it stays
      {R"(*Action\=\"Deny\"*)", R"(*Action="Deny"*)"},                    // before punctuation it goes
      {R"(\1 \ x)", R"(\1 \ x)"},
      {"\\\xC3\xA9", "\\\xC3\xA9"},
      {R"(end\)", R"(end\)"},
  };
  for (const auto& [raw, expected] : cases) {
    INFO(raw);
    CHECK(unescape_search(raw) == expected);
  }
  CHECK(unescape_string(R"(\\ \" \d \. \=)") == R"(\ " \d \. \=)");
  CHECK(unescape_field(R"(\\ \' \")") == R"(\ ' \")");
}

}  // namespace
}  // namespace rw::detect::spl
