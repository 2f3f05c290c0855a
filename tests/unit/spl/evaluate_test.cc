#include "daemon/detect/spl/evaluate.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/functions.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

// A value as the tests write it: null, 5, "text", ["a", "b"].
std::string show(const storage::Value& value) {
  if (value.is_null()) return "null";
  if (std::holds_alternative<std::string>(value)) return "\"" + text_of(value) + "\"";
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    std::string out = "[";
    for (const std::string& text : *texts) out += (out.size() > 1 ? " " : "") + text;
    return out + "]";
  }
  return text_of(value);
}

// One row: n=5, t="5.0", s="Hello", p="HKLM\a\b", m=["x", "yy"], u="Größe", z null; missing is no column.
std::string evaluate_text(const std::string& text) {
  Rows rows;
  for (const char* name : {"n", "t", "s", "p", "m", "u", "z", "time"}) rows.columns.push_back({name, false});
  const Row row = {std::int64_t{5},
                   std::string("5.0"),
                   std::string("Hello"),
                   std::string("HKLM\\a\\b"),
                   std::vector<std::string>{"x", "yy"},
                   std::string("Größe"),
                   {},
                   1700000000.25};
  const auto expanded = expand(text, Macros());
  REQUIRE(expanded.ok());
  Parser parser(*expanded);
  const auto expression = parse_expression(parser);
  if (!expression.ok()) return "! " + expression.error().message;
  return show(evaluate(*expression, {rows, row, core::TimeZone(), core::Micros()}));
}

TEST_CASE("expressions over a row") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      // Three-valued logic
      {"z=1", "null"},
      {"z!=1", "null"},
      {"NOT z=1", "null"},
      {"missing=1", "null"},
      {"n=5 OR z=1", "1"},
      {"n=4 OR z=1", "null"},
      {"n=5 AND z=1", "null"},
      {"n=4 AND z=1", "0"},
      {"isnull(z) AND isnotnull(n)", "1"},
      {"z IN (1)", "null"},
      {"n IN (1, 5)", "1"},
      {"n IN (1, z)", "null"},
      {"n NOT IN (1, 2)", "1"},
      // Comparison: numbers when both are, else text, case-sensitive
      {"n=t", "1"},
      {"n=\"5\"", "1"},
      {"t=\"5\"", "1"},
      {"s=\"hello\"", "0"},
      {"s=\"Hello\"", "1"},
      {"\"0x5\"=5", "0"},
      {"\"10\" > \"9\"", "1"},
      {"\"a10\" > \"a9\"", "0"},
      {"m=\"yy\"", "1"},
      {"m=\"y\"", "0"},
      // Arithmetic
      {"n+1*2", "7"},
      {"(n+1)*2", "12"},
      {"n/2", "2.5"},
      {"n/0", "null"},
      {"n%3", "2"},
      {"n+s", "null"},
      {"\"a\"+\"b\"", "\"ab\""},
      {"n.s", "\"5Hello\""},
      {"s.z", "null"},
      {"-n", "-5"},
      {"- -n", "5"},
      {"t*1", "5"},
      // Choosing
      {"if(n=5, \"a\", \"b\")", "\"a\""},
      {"if(z=5, \"a\", \"b\")", "\"b\""},
      {"case(n=1, 1, n=5, 2, true(), 3)", "2"},
      {"case(n=1, 1)", "null"},
      {"validate(n=5, 1, n=6, 2)", "2"},
      {"coalesce(z, missing, s)", "\"Hello\""},
      {"coalesce(z)", "null"},
      {"nullif(n, 5)", "null"},
      {"isnum(t)", "1"},
      {"isint(t)", "1"},
      {"isstr(s)", "1"},
      {"isnum(s)", "0"},
      {"in(n, 1, 5)", "1"},
      {"null()", "null"},
      // Text
      {"len(s)", "5"},
      {"len(u)", "5"},
      {"len(z)", "null"},
      {"len(\"\")", "0"},
      {"lower(u)", "\"größe\""},
      {"upper(s)", "\"HELLO\""},
      {"substr(s, 2)", "\"ello\""},
      {"substr(s, 2, 3)", "\"ell\""},
      {"substr(s, -3, 2)", "\"ll\""},
      {"substr(u, 3, 2)", "\"öß\""},
      {"substr(s, 9)", "\"\""},
      {"trim(\"  a \")", "\"a\""},
      {"ltrim(\"xxaxx\", \"x\")", "\"axx\""},
      {"rtrim(\"xxaxx\", \"x\")", "\"xxa\""},
      {"match(s, \"ell\")", "1"},
      {"match(s, \"ELL\")", "0"},
      {"match(s, \"(?i)ELL\")", "1"},
      {"match(p, \"^HKLM\\\\\\\\a\")", "1"},
      {"match(z, \"x\")", "null"},
      {"match(s, s)", "1"},
      {"match(s, \"(\".s)", "null"},
      {"like(s, \"H%o\")", "1"},
      {"like(s, \"h%\")", "0"},
      {"like(s, \"H_llo\")", "1"},
      {"s LIKE \"%z\"", "0"},
      {"replace(s, \"l+\", \"L\")", "\"HeLo\""},
      {"replace(s, \"(l)(o)\", \"\\2\\1\")", "\"Helol\""},
      {"split(p, \"\\\\\")", "[HKLM a b]"},
      {"split(s, \"x\")", "\"Hello\""},
      {"split(\"abc\", \"\")", "[a b c]"},
      // Several values
      {"mvcount(split(p, \"\\\\\"))", "3"},
      {"mvcount(n)", "1"},
      {"mvcount(z)", "null"},
      {"mvindex(m, 0)", "\"x\""},
      {"mvindex(m, -1)", "\"yy\""},
      {"mvindex(m, 0, 1)", "[x yy]"},
      {"mvindex(m, 2)", "null"},
      {"mvjoin(m, \"-\")", "\"x-yy\""},
      {"mvdedup(mvappend(m, \"x\", s))", "[x yy Hello]"},
      {"mvsort(mvappend(\"b\", \"a\"))", "[a b]"},
      // Numbers
      {"abs(-3)", "3"},
      {"round(2.5)", "3"},
      {"round(-2.5)", "-3"},
      {"round(3.14159, 2)", "3.14"},
      {"floor(2.9)", "2"},
      {"ceiling(2.1)", "3"},
      {"sqrt(9)", "3"},
      {"sqrt(-1)", "null"},
      {"pow(2, 10)", "1024"},
      {"log(100)", "2"},
      {"log(8, 2)", "3"},
      {"ln(1)", "0"},
      {"min(3, \"1\", 2)", "\"1\""},
      {"max(3, z, 10)", "10"},
      {"tonumber(\"0x1F\", 16)", "31"},
      {"tonumber(\"12\")", "12"},
      {"tonumber(s)", "null"},
      {"tostring(n).\"!\"", "\"5!\""},
      {"tostring(255, \"hex\")", "\"0xFF\""},
      {"tostring(1234567.891, \"commas\")", "\"1,234,567.89\""},
      {"tostring(90061, \"duration\")", "\"1+01:01:01\""},
      // Time
      {"strftime(time, \"%Y-%m-%d %H:%M:%S.%3N\")", "\"2023-11-14 22:13:20.250\""},
      {"strftime(s, \"%Y\")", "null"},
      {"now()", "0"},
      {"relative_time(1000, \"+1h@h\")", "3600"},
      {"relative_time(n, \"soon\")", "null"},
      {"strptime(\"2023-11-14T22:13:20Z\", \"%Y-%m-%dT%H:%M:%S%Z\")", "1700000000"},
      {"strptime(s, \"%Y\")", "null"},
      {"mvfilter(match(m, \"^y\"))", "\"yy\""},
      {"mvfilter(len(m) > 5)", "null"},
      {"mvfilter(m!=\"\")", "[x yy]"},
      {"mvmap(m, m.\"-\".n)", "[x-5 yy-5]"},
      {"mvmap(z, 1)", "null"},
      {"mvmap(n, n * 2)", "\"10\""},
      {"mvfind(m, \"y+\")", "1"},
      {"mvfind(m, \"q\")", "null"},
      {"mvzip(m, split(\"1 2 3\", \" \"))", "[x,1 yy,2]"},
      {"mvzip(m, m, \"=\")", "[x=x yy=yy]"},
      {"mvrange(1, 6, 2)", "[1 3 5]"},
      {"mvrange(3, 1, -1)", "[3 2]"},
      {"mvrange(0, 7200, \"1h\")", "[0 3600]"},
      {"mvrange(0, 1, 0)", "null"},
      {"mvrange(0, 1000000)", "null"},
      {"mv_to_json_array(m)", "\"[\"x\",\"yy\"]\""},
      {"if(cidrmatch(\"10.0.0.0/8\", \"10.9.9.9\"), 1, 0)", "1"},
      {"if(cidrmatch(\"10.0.0.0/8\", \"11.9.9.9\"), 1, 0)", "0"},
      {"if(cidrmatch(\"ten\", \"11.9.9.9\"), 1, 0)", "0"},
      {"ipmask(\"255.255.0.0\", \"10.1.2.3\")", "\"10.1.0.0\""},
      {"urldecode(\"a%20b%2fc%zz\")", "\"a b/c%zz\""},
      {"md5(s)", "\"8b1a9953c4611296a827abf8c47804d7\""},
      {"sha1(s)", "\"f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0\""},
      {"sha256(s)", "\"185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969\""},
      {"substr(sha512(s), 1, 16)", "\"3615f80c9d293ed7\""},
      {"printf(\"%05d|%-4s|%.2f|%x|%+d|%%\", n, m, 3.14159, 255, 7)", "\"00005|x\nyy|3.14|ff|+7|%\""},
      {"printf(\"%d\", s)", "null"},
      {"printf(\"%*d\", 4, n)", "\"   5\""},
      {"json_extract(\"{\\\"a\\\": {\\\"b\\\": [1, {\\\"c\\\": \\\"x\\\"}]}}\", \"a.b{1}.c\")", "\"x\""},
      {"spath(\"{\\\"a\\\": [1, 2, null]}\", \"a{}\")", "[1 2]"},
      {"spath(s, \"a\")", "null"},
      {"typeof(m)", "\"Multivalue\""},
      {"typeof(n)", "\"Number\""},
      {"typeof(s)", "\"String\""},
      {"typeof(missing)", "\"Invalid\""},
      {"sigfig(\"1.00\" * 1111)", "1111"},
      {"round(pi(), 4)", "3.1416"},
      {"exact(3.14)", "3.14"},
      {"bit_and(12, 10)", "8"},
      {"bit_or(12, 10, 1)", "15"},
      {"bit_xor(12, 10)", "6"},
      {"bit_shift_left(1, 4)", "16"},
      {"bit_shift_right(16, 3)", "2"},
      {"bit_and(-1, 1)", "null"},
      {"replace(p, \"(\\\\w)$\", \"<\\1>\")", "\"HKLM\\a\\<b>\""},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(evaluate_text(text) == expected);
  }
}

TEST_CASE("no expression makes a text longer than the limit") {
  std::string text = "\"" + std::string(60'000, 'x') + "\"";
  for (int i = 0; i < 5; ++i) text = "mvjoin(mvappend(" + text + "), \"\")";
  CHECK(evaluate_text("len(" + text + ")") == "60000");
  Rows rows;
  rows.columns.push_back({"x", false});
  const Row row = {std::string(kMaxValueBytes, 'x')};
  const auto expanded = expand("x.\"y\"", Macros());
  Parser parser(*expanded);
  const auto expression = parse_expression(parser);
  REQUIRE(expression.ok());
  CHECK(evaluate(*expression, {rows, row, core::TimeZone(), core::Micros()}).is_null());
}

}  // namespace
}  // namespace rw::detect::spl
