#include "daemon/detect/spl/parser.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "daemon/detect/compile.h"

namespace rw::detect::spl {
namespace {

using core::ErrorCode;

std::string print_of(const std::string& text) {
  const auto expanded = expand(text, Macros::builtin());
  if (!expanded.ok()) return "! " + expanded.error().message;
  const auto pipeline = parse(*expanded);
  return pipeline.ok() ? print(*pipeline) : "! " + pipeline.error().message;
}

const std::string kSource = "| tstats count FROM datamodel=Endpoint.Registry";

// "A search expression" → how it reads with every parenthesis, and again the same.
TEST_CASE("search expressions: parentheses, NOT, OR, and AND last") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a=1 b=2", R"(a="1" AND b="2")"},
      {"a=1 AND b=2", R"(a="1" AND b="2")"},
      {"a=1 OR b=2 c=3", R"((a="1" OR b="2") AND c="3")"},
      {"a=1 OR b=2 AND c=3", R"((a="1" OR b="2") AND c="3")"},
      {"a=1 b=2 OR c=3", R"(a="1" AND (b="2" OR c="3"))"},
      {"a=1 AND b=2 OR c=3 AND d=4", R"(a="1" AND (b="2" OR c="3") AND d="4")"},
      {"(a=1 AND b=2) OR c=3 AND d=4 AND e IN (5, 6*)",
       R"(((a="1" AND b="2") OR c="3") AND d="4" AND e IN ("5", "6*"))"},
      {"p=1 OR p=2 OR p=3 OR p=4 d=1", R"((p="1" OR p="2" OR p="3" OR p="4") AND d="1")"},
      {"NOT a=1 OR b=2", R"(NOT a="1" OR b="2")"},
      {"NOT a=1 b=2", R"(NOT a="1" AND b="2")"},
      {"NOT (a=1 OR b=2) c=3", R"(NOT (a="1" OR b="2") AND c="3")"},
      {"NOT NOT a=1", R"(NOT NOT a="1")"},
      {"((a=1))", R"(a="1")"},
      {R"(a="x"AND b="y")", R"(a="x" AND b="y")"},
      {R"(a= "x" b ="y" c = z)", R"(a="x" AND b="y" AND c="z")"},
      {R"(a IN("x" , "y","z") b IN (q))", R"(a IN ("x", "y", "z") AND b IN ("q"))"},
      {R"(a=*\\run* b="\\\\*" c="$DLL" d=(e!=f))", "! 1:86: expected a value after `d=`, found `(`"},
      {R"(a=*\\run* b="\\\\*" c="$DLL" d!=f)", R"(a="*\\run*" AND b="\\\\*" AND c="$DLL" AND d!="f")"},
      {R"(a="IN" b="AND")", R"(a="IN" AND b="AND")"},
      {"a=IN", R"(a="IN")"},
      {R"("a b"="c" "or"=d)", R"("a b"="c" AND "or"="d")"},
      {"a<1 b<=2 c>3 d>=4", R"(a<"1" AND b<="2" AND c>"3" AND d>="4")"},
      {"*", "*"},
      {"* a=1", R"(* AND a="1")"},
      {R"(a="*[ENTER]*" OR a="*\\[kl]")", R"(a="*[ENTER]*" OR a="*\\[kl]")"},
      {R"(a="*|Action=Allow|*")", R"(a="*|Action=Allow|*")"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const std::string printed = print_of(kSource + " WHERE " + text);
    CHECK(printed == (expected[0] == '!' ? expected : kSource + " WHERE " + expected));
    if (expected[0] != '!') CHECK(print_of(printed) == printed);
    // The command `search` reads the same grammar.
    if (expected[0] != '!') CHECK(print_of(kSource + " | search " + text) == kSource + " | search " + expected);
  }
}

TEST_CASE("eval expressions: AND before OR, and the usual order of arithmetic") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a=1 OR b=2 AND c=3", "(a = 1) OR ((b = 2) AND (c = 3))"},
      {"a=1 AND b=2 OR c=3", "((a = 1) AND (b = 2)) OR (c = 3)"},
      {"(a=1 OR b=2) AND c=3", "((a = 1) OR (b = 2)) AND (c = 3)"},
      {"NOT a=1 AND b=2", "(NOT (a = 1)) AND (b = 2)"},
      {"not isnull(a) and b==2", "(NOT isnull(a)) AND (b = 2)"},
      {"a+b*c-d/2%3=0", "((a + (b * c)) - ((d / 2) % 3)) = 0"},
      {"a-b-c=0", "((a - b) - c) = 0"},
      {"a.\"x\".b=\"\\\\\"", "((a . \"x\") . b) = \"\\\\\""},
      {"-a<-1.50", "(-a) < (-1.50)"},
      {"a IN (1, \"x\", b+1)", "a IN (1, \"x\", b + 1)"},
      {"a NOT IN (1)", "NOT (a IN (1))"},
      {"a LIKE \"%x_\"", "like(a, \"%x_\")"},
      {"isnotnull(registry_value_data)", "isnotnull(registry_value_data)"},
      {"'a b'=1 AND 'and'=2", "('a b' = 1) AND ('and' = 2)"},
      {"LEN(x) > 3", "len(x) > 3"},
      {"if(match(x,\"^[0-9a-fA-F]{32}$\"),\"md5\",\"nonmd5\")=\"md5\"",
       "if(match(x, \"^[0-9a-fA-F]{32}$\"), \"md5\", \"nonmd5\") = \"md5\""},
      {"match(x, \"\\d\\.\\\\\\\\\")", "match(x, \"\\\\d\\\\.\\\\\\\\\")"},
      {"isnull(a)=true()", "isnull(a) = true()"},
      {"mvcount(split(p, \"\\\\\")) <= 5", "mvcount(split(p, \"\\\\\")) <= 5"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const std::string printed = print_of(kSource + " | where " + text);
    CHECK(printed == kSource + " | where " + expected);
    CHECK(print_of(printed) == printed);
  }
}

TEST_CASE("commands print back what they are") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"`drop_dm_object_name(Registry)`", "rename Registry.* AS *"},
      {"rename \"a b\" as c, d AS \"e f\"", "rename \"a b\" AS c, d AS \"e f\""},
      {"`security_content_ctime(lastTime)`", "convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(lastTime)"},
      {"convert ctime(a) as b, ctime(c)", "convert timeformat=\"%m/%d/%Y %H:%M:%S\" ctime(a) AS b ctime(c)"},
      {"fields a, b c*", "fields a b c*"},
      {"fields + a", "fields a"},
      {"fields - a b", "fields - a b"},
      {"table _time dest user", "table _time dest user"},
      {"eval a=1, b=a+1", "eval a=1, b=a + 1"},
      {"stats count min(_time) as firstTime values(x) by a, b c",
       "stats count min(_time) AS firstTime values(x) BY a b c"},
      {"stats c distinct_count(x) Mean(y)", "stats count distinct_count(x) mean(y)"},
      {"regex registry_value_name=\"^[0-9a-fA-F]{8}\"", "regex registry_value_name=\"^[0-9a-fA-F]{8}\""},
      {"regex a != \"\\d\"", "regex a!=\"\\\\d\""},
      {"sort - count, +dest user", "sort 10000 - count + dest + user"},
      {"sort 0 -count", "sort 0 - count"},
      {"head", "head 10"},
      {"head 5", "head 5"},
      {"head limit=7", "head 7"},
      {"dedup 2 a, b", "dedup 2 a b"},
      {"dedup a", "dedup 1 a"},
      {"fillnull", "fillnull value=\"0\""},
      {"fillnull value=\"-\" a b", "fillnull value=\"-\" a b"},
      {"JOIN type=outer max=0 overwrite=f dest process_guid [| tstats count from datamodel Endpoint.Processes by "
       "Processes.dest | where count > 1]",
       "join type=left max=0 overwrite=false dest process_guid [| tstats count FROM datamodel=Endpoint.Processes BY "
       "Processes.dest | where count > 1]"},
      {"join process_guid, _time [tstats count from datamodel=Endpoint.Processes]",
       "join type=inner max=1 process_guid _time [| tstats count FROM datamodel=Endpoint.Processes]"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const std::string printed = print_of(kSource + " | " + text);
    CHECK(printed == kSource + " | " + expected);
    CHECK(print_of(printed) == printed);
  }
  const std::string full =
      "tstats `security_content_summariesonly` count, min(_time) as firstTime dc(x) AS \"n x\" from "
      "datamodel = Endpoint.Registry where (a=1) by _time span=1h Registry.dest , Registry.user";
  const std::string printed =
      "| tstats summariesonly=false allow_old_summaries=true fillnull_value=null count min(_time) AS firstTime dc(x) "
      "AS "
      "\"n x\" FROM datamodel=Endpoint.Registry WHERE a=\"1\" BY _time span=1h Registry.dest Registry.user";
  CHECK(print_of(full) == printed);
  CHECK(print_of(printed) == printed);
}

struct Fault {
  std::string text;
  ErrorCode code;
  std::string message;
};

TEST_CASE("faults say where, what was found and what was expected") {
  const std::string s = kSource;  // 47 characters
  const std::vector<Fault> faults = {
      {"", ErrorCode::kInvalidInput, "1:1: expected | tstats, found the end of the search"},
      {"|", ErrorCode::kInvalidInput, "1:2: expected | tstats, found the end of the search"},
      {"| savedsearch x", ErrorCode::kUnsupported,
       "1:3: a search that begins with the command `savedsearch` is not supported"},
      {"| from lookup:x", ErrorCode::kUnsupported, "1:8: from lookup is not supported"},
      {"| from datamodel", ErrorCode::kInvalidInput,
       "1:17: expected a data model such as Endpoint.Registry, found the end of the search"},
      {"| datamodel Endpoint Registry", ErrorCode::kInvalidInput,
       "1:30: expected search or flat: `| datamodel` alone describes data models, found the end of the search"},
      {"| inputlookup nowhere", ErrorCode::kUnsupported, "1:15: there is no lookup `nowhere`"},
      {"index=risk risk_score>", ErrorCode::kInvalidInput,
       "1:23: expected a value after `risk_score>`, found the end of the search"},
      {"index=windows EventCode=13", ErrorCode::kUnsupported,
       "1:1: a search of raw events, `index …`, is not supported"},
      {"| tstats", ErrorCode::kInvalidInput,
       "1:9: expected an aggregate such as count or min(_time), found the end of the search"},
      {"| tstats count", ErrorCode::kInvalidInput, "1:15: expected FROM datamodel=…, found the end of the search"},
      {"| tstats count where x=1", ErrorCode::kInvalidInput, "1:16: expected FROM datamodel=…, found `where`"},
      {"| tstats p95(x) FROM datamodel=Endpoint.Registry", ErrorCode::kUnsupported,
       "1:10: the aggregate p95( ) in tstats is not supported"},
      {"| tstats sparkline(count) FROM datamodel=Endpoint.Registry", ErrorCode::kUnsupported,
       "1:10: the aggregate `sparkline` is not supported"},
      {"| tstats min FROM datamodel=Endpoint.Registry", ErrorCode::kInvalidInput,
       "1:10: min needs a field: min(field)"},
      {"| tstats count(eval(x=1)) FROM datamodel=Endpoint.Registry", ErrorCode::kUnsupported,
       "1:10: eval( ) inside count( ) of tstats is not supported"},
      {"| tstats values(Registry.*) FROM datamodel=Endpoint.Registry", ErrorCode::kUnsupported,
       "1:17: a wildcard in values( ) is not supported"},
      {"| tstats list(Registry.dest) FROM datamodel=Endpoint.Registry", ErrorCode::kUnsupported,
       "1:10: the aggregate list( ) in tstats is not supported"},
      {"| tstats count FROM index=x", ErrorCode::kInvalidInput, "1:21: expected datamodel=… after FROM, found `index`"},
      {"| tstats count FROM datamodel=Endpoint.Filesystem", ErrorCode::kUnsupported,
       "1:31: the data model `Endpoint.Filesystem` is not supported"},
      {"| tstats count FROM datamodel=Risk.All_Risk WHERE host=x", ErrorCode::kUnsupported,
       "1:51: the field `host` in tstats is not supported"},
      {"| tstats prestats=t count FROM datamodel=Endpoint.Registry", ErrorCode::kUnsupported,
       "1:10: the option prestats= of tstats is not supported"},
      {s + " WHERE", ErrorCode::kInvalidInput, "1:54: expected a comparison, found the end of the search"},
      {s + " WHERE a=1 AND", ErrorCode::kInvalidInput, "1:62: expected a comparison, found the end of the search"},
      {s + " WHERE a=1 OR BY x", ErrorCode::kInvalidInput, "1:62: expected a comparison, found `BY`"},
      {s + " WHERE OR a=1", ErrorCode::kInvalidInput, "1:55: expected a comparison, found `OR`"},
      {s + " WHERE a=", ErrorCode::kInvalidInput, "1:57: expected a value after `a=`, found the end of the search"},
      {s + " WHERE a=AND b=1", ErrorCode::kInvalidInput, "1:57: expected a value after `a=`, found `AND`"},
      {s + " WHERE (a=1", ErrorCode::kInvalidInput,
       "1:59: expected AND, OR, a comparison or ), found the end of the search"},
      {s + " WHERE a=1)", ErrorCode::kInvalidInput, "1:58: expected | or the end of the search, found `)`"},
      {s + " WHERE a IN 1", ErrorCode::kInvalidInput, "1:60: expected ( after IN, found `1`"},
      {s + " WHERE a IN ()", ErrorCode::kInvalidInput, "1:61: expected a value in the list of IN, found `)`"},
      {s + " WHERE a IN (1 2)", ErrorCode::kInvalidInput, "1:63: expected , or ) in the list of IN, found `2`"},
      {s + " WHERE word", ErrorCode::kUnsupported, "1:55: the free-text term `word` is not supported"},
      {s + " WHERE a=1 or b=1", ErrorCode::kUnsupported, "1:59: the free-text term `or` is not supported"},
      {s + " WHERE [search x]", ErrorCode::kUnsupported, "1:63: a search of raw events, `x …`, is not supported"},
      {s + " WHERE a=TERM(x)", ErrorCode::kUnsupported, "1:57: TERM( ) is not supported"},
      {s + " WHERE Registry.*=x", ErrorCode::kUnsupported, "1:55: a wildcard in a field name is not supported"},
      {s + " WHERE host=x", ErrorCode::kUnsupported, "1:55: the field `host` in tstats is not supported"},
      {s + " WHERE earliest=soon", ErrorCode::kInvalidInput,
       "1:55: earliest: time modifier 'soon': expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {s + " WHERE a=1 OR earliest=-1h", ErrorCode::kUnsupported,
       "1:62: earliest= inside OR, NOT or parentheses is not supported"},
      {s + " | search starthoursago=2", ErrorCode::kUnsupported,
       "1:58: starthoursago= after the events are read is not supported"},
      {s + " WHERE a=\"x", ErrorCode::kInvalidInput,
       "1:57: a quote is never closed: expected \" at the end of the text"},
      {s + " BY", ErrorCode::kInvalidInput, "1:51: expected a field after BY, found the end of the search"},
      {s + " BY Registry.dest span=1h", ErrorCode::kInvalidInput, "1:66: span= belongs after _time"},
      {s + " BY _time span=7m", ErrorCode::kUnsupported, "1:52: span=7m is not supported"},
      {s + " BY _time span=1w", ErrorCode::kUnsupported, "1:52: span=1w is not supported"},
      {s + " BY _time span=0h", ErrorCode::kUnsupported, "1:52: span=0h is not supported"},
      {s + " BY count", ErrorCode::kInvalidInput, "1:10: `count` is the name of an aggregate and stands after BY"},
      {s + " |", ErrorCode::kInvalidInput, "1:50: expected a command after |, found the end of the search"},
      {s + " | lookup x y", ErrorCode::kUnsupported, "1:58: there is no lookup `x`"},
      {s + " | rex \"(?<y>.)\"", ErrorCode::kUnsupported, "1:55: rex on _raw is not supported"},
      {s + " | rex field=x \"(y)\"", ErrorCode::kInvalidInput,
       "1:63: rex: expected a named group in the expression: (?<name>…)"},
      {s + " | rex field=x \"(?<y>a)(?<=b)\"", ErrorCode::kUnsupported,
       "1:63: the regular expression operator `(?<` is not supported"},
      {s + " | rex field=x mode=sed \"s/a\"", ErrorCode::kInvalidInput,
       "1:72: expected s/regex/replacement/ or y/characters/characters/"},
      {s + " | transaction x", ErrorCode::kUnsupported, "1:51: the command `transaction` is not supported"},
      {s + " | apply x", ErrorCode::kUnsupported, "1:51: the command `apply` is not supported"},
      {s + " | outputlookup x.csv", ErrorCode::kUnsupported, "1:51: the command `outputlookup` is not supported"},
      {s + " | collect index=x", ErrorCode::kUnsupported, "1:51: the command `collect` is not supported"},
      {s + " | map search=x", ErrorCode::kUnsupported, "1:51: the command `map` is not supported"},
      {s + " | makeresults", ErrorCode::kInvalidInput, "1:51: makeresults: expected at the beginning of a search"},
      {s + " | eval a=random()", ErrorCode::kUnsupported, "1:58: the function random() is not supported"},
      {s + " | where searchmatch(\"x\")", ErrorCode::kUnsupported, "1:57: the function searchmatch() is not supported"},
      {s + " | eval a=mvfilter(b=c)", ErrorCode::kInvalidInput, "1:58: mvfilter() tests one field, not 2"},
      {s + " | eval a=mvmap(b, mvmap(c, c))", ErrorCode::kUnsupported,
       "1:67: mvmap() inside mvfilter() or mvmap() is not supported"},
      {s + " | stats sum(eval(a=1))", ErrorCode::kInvalidInput,
       "1:66: expected a value, found a test that is true or false"},
      {s + " ]", ErrorCode::kInvalidInput, "1:49: expected | or the end of the search, found `]`"},
      {s + " | where", ErrorCode::kInvalidInput, "1:56: expected a field, a value or (, found the end of the search"},
      {s + " | where a", ErrorCode::kInvalidInput, "1:57: expected a test that is true or false, found a value"},
      {s + " | eval a=isnull(b)", ErrorCode::kInvalidInput,
       "1:58: expected a value, found a test that is true or false"},
      {s + " | where frobnicate(a)", ErrorCode::kUnsupported, "1:57: the function frobnicate() is not supported"},
      {s + " | where now(1) > 5", ErrorCode::kInvalidInput, "1:57: now() takes 0 arguments, not 1"},
      {s + " | where len(a, b) > 1", ErrorCode::kInvalidInput, "1:57: len() takes 1 argument, not 2"},
      {s + " | eval a=case(b=1)", ErrorCode::kInvalidInput, "1:58: case() takes 2 arguments and then pairs, not 1"},
      {s + " | eval a=if(b, 1, 2)", ErrorCode::kInvalidInput,
       "1:61: expected a test that is true or false, found a value"},
      {s + " | where match(a, \"(\")", ErrorCode::kInvalidInput, "1:66: regular expression: missing ): ("},
      {s + " | where match(a, \"(?=x)\")", ErrorCode::kUnsupported,
       "1:66: the regular expression operator `(?=` is not supported"},
      {s + " | where a=1 b=2", ErrorCode::kInvalidInput, "1:61: expected | or the end of the search, found `b`"},
      {s + " | where (a=1", ErrorCode::kInvalidInput, "1:61: expected an operator or ), found the end of the search"},
      {s + " | eval =1", ErrorCode::kInvalidInput, "1:56: expected a field to assign to, found `=`"},
      {s + " | eval a 1", ErrorCode::kInvalidInput, "1:58: expected = after the field, found `1`"},
      {s + " | rename a b", ErrorCode::kInvalidInput, "1:60: expected AS after the field, found `b`"},
      {s + " | rename a.* as b", ErrorCode::kInvalidInput,
       "1:58: both names of a rename must have the same number of `*`"},
      {s + " | convert frob(x)", ErrorCode::kUnsupported, "1:59: frob( ) of convert is not supported"},
      {s + " | regex \"x\"", ErrorCode::kUnsupported, "1:57: regex on _raw is not supported"},
      {s + " | regex a=b", ErrorCode::kInvalidInput, "1:59: expected a regular expression in quotes, found `b`"},
      {s + " | head x", ErrorCode::kInvalidInput, "1:56: expected a number of rows after head, found `x`"},
      {s + " | sort len(a)", ErrorCode::kUnsupported, "1:56: len( ) of sort is not supported"},
      {s + " | dedup a keepall=t", ErrorCode::kUnsupported, "1:59: the option keepall= of dedup is not supported"},
      {s + " | join type=full a [| tstats count FROM datamodel=Endpoint.Processes]", ErrorCode::kInvalidInput,
       "1:56: type=full: expected inner, left or outer"},
      {s + " | join max=x a [| tstats count FROM datamodel=Endpoint.Processes]", ErrorCode::kInvalidInput,
       "1:56: max=x: expected a whole number from 0"},
      {s + " | join a", ErrorCode::kInvalidInput, "1:57: expected [ of the subsearch, found the end of the search"},
      {s + " | join a [| tstats count FROM datamodel=Endpoint.Processes", ErrorCode::kInvalidInput,
       "1:107: expected | or ] at the end of the subsearch, found the end of the search"},
      {s + " | join a [| inputlookup x]", ErrorCode::kUnsupported, "1:73: there is no lookup `x`"},
      {s + "\n| `security_content_ctime(a b)`", ErrorCode::kInvalidInput,
       "2:3: in macro `security_content_ctime`: expected ) after the field, found `b`"},
  };
  for (const Fault& fault : faults) {
    INFO(fault.text);
    const auto search = compile_spl(fault.text, Macros::builtin());
    REQUIRE_FALSE(search.ok());
    CHECK(search.error().message == fault.message);
    CHECK(search.error().code == fault.code);
  }
}

std::string repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST_CASE("limits: depth, length, subsearches, IN") {
  std::string nested = kSource;
  for (int i = 0; i < 6; ++i) nested = kSource + " | join a [" + nested + "]";
  const std::vector<Fault> faults = {
      {kSource + " WHERE " + repeat("(", 201) + "a=1" + repeat(")", 201), ErrorCode::kLimit,
       "1:255: the expression is nested more than 200 deep"},
      {kSource + " WHERE " + repeat("NOT ", 201) + "a=1", ErrorCode::kLimit,
       "1:855: the expression is nested more than 200 deep"},
      {kSource + " | where " + repeat("(", 201) + "a=1" + repeat(")", 201), ErrorCode::kLimit,
       "1:257: the expression is nested more than 200 deep"},
      {kSource + " | where a" + repeat("+a", 201) + "=1", ErrorCode::kLimit,
       "1:57: the expression is nested more than 200 deep"},
      {kSource + " | where a IN (1" + repeat(",1", 1000) + ")", ErrorCode::kLimit,
       "1:57: the list of IN has more than 1000 values"},
      {kSource + " WHERE a IN (1" + repeat(",1", 1000) + ")", ErrorCode::kLimit,
       "1:55: the list of IN has more than 1000 values"},
      {kSource + " WHERE Registry.user=1*" + repeat(" OR Registry.user=1*", 2000), ErrorCode::kLimit,
       "1:55: WHERE has 2001 tests, expected at most 2000"},
      {kSource + " WHERE " + repeat("(Registry.user=1 OR (Registry.dest=1 ", 13) + repeat("))", 13), ErrorCode::kLimit,
       "1:55: AND, OR and NOT are nested 26 deep, expected at most 25"},
      {nested, ErrorCode::kLimit, "1:348: subsearches are nested more than 5 deep"},
      {kSource + " WHERE " + repeat("[" + kSource + " WHERE ", 1000), ErrorCode::kLimit,
       "1:330: subsearches are nested more than 5 deep"},
      {repeat("(", 1 << 20), ErrorCode::kLimit, "1:1: the search is 1048576 bytes long, expected at most 65536"},
      {kSource + " WHERE " + repeat("(", 60'000), ErrorCode::kLimit,
       "1:255: the expression is nested more than 200 deep"},
      {kSource + " WHERE a=1" + repeat(" OR a=*x*", 100'000), ErrorCode::kLimit,
       "1:1: the search is 900057 bytes long, expected at most 65536"},
  };
  for (const Fault& fault : faults) {
    INFO(fault.text.substr(0, 200));
    const auto search = compile_spl(fault.text, Macros::builtin());
    REQUIRE_FALSE(search.ok());
    CHECK(search.error().message == fault.message);
    CHECK(search.error().code == fault.code);
  }
  CHECK(compile_spl(kSource + " WHERE " + repeat("(", 199) + "a=1" + repeat(")", 199), Macros::builtin()).ok());
  CHECK(compile_spl(kSource + " | where a" + repeat("+a", 190) + "=1", Macros::builtin()).ok());
}

}  // namespace
}  // namespace rw::detect::spl
