#include "daemon/detect/macro_file.h"

#include <catch2/catch.hpp>

#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;

// name(argument,…) = definition
std::string shown(const Macros& macros, std::string_view name, std::size_t arguments) {
  const Macro* macro = macros.find(name, arguments);
  if (macro == nullptr) return "none";
  std::string out = macro->name;
  for (std::size_t i = 0; i < macro->arguments.size(); ++i) out += (i == 0 ? "(" : ",") + macro->arguments[i];
  return out + (macro->arguments.empty() ? " = " : ") = ") + macro->definition;
}

struct Read {
  Macros macros;
  Lines problems;
};

Read read(const std::string& text) {
  core::Problems problems;
  Read out;
  const auto document = yaml::Document::parse(text, "m.yml", problems);
  REQUIRE(document);
  read_macro_file(document->root(), out.macros, problems);
  out.problems = test::rendered(problems);
  return out;
}

TEST_CASE("macro files: both forms") {
  struct Case {
    std::string text;
    std::string name;
    std::size_t arguments;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"name: a_filter\ndefinition: search *\ndescription: d\nfuture: [1]\n", "a_filter", 0, "a_filter = search *"},
      {"arguments:\n  - field\ndefinition: 'ctime($field$)'\nname: c\n", "c", 1, "c(field) = ctime($field$)"},
      {"name: a\narguments: []\ndefinition: ''\n", "a", 0, "a = "},
      {"a_filter: search NOT dest=\"build-*\"\nb: 'x'\n", "a_filter", 0, "a_filter = search NOT dest=\"build-*\""},
      {"a: x\nb: 'y'\n", "b", 0, "b = y"},
      {"a: ''\n", "a", 0, "a = "},
      {"flag: true\n", "flag", 0, "flag = true"},
      {"a: {definition: x}\n", "a", 0, "a = x"},
      {"a:\n  definition: search $f$=$v$\n  arguments: [f, v]\n  description: d\n", "a", 2, "a(f,v) = search $f$=$v$"},
      {"a:\n  definition: search $f$\n  arguments: f\n", "a", 1, "a(f) = search $f$"},
      {"a: |-\n  search a=b\n  | where c=d\n", "a", 0, "a = search a=b\n| where c=d"},
      {"'site:a.b-c_d': x\n", "site:a.b-c_d", 0, "site:a.b-c_d = x"},
      {"", "a", 0, "none"},
      {"# nothing yet\n", "a", 0, "none"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const Read out = read(c.text);
    CHECK(out.problems == Lines{});
    CHECK(shown(out.macros, c.name, c.arguments) == c.expected);
  }
}

TEST_CASE("macro files: problems have a place, and the good macros of the file are kept") {
  struct Case {
    std::string text;
    Lines problems;
  };
  const std::string word = "expected a name of letters, digits and '_', '-', '.' or ':'";
  const std::vector<Case> cases = {
      {"- a\n", {"m.yml:1:1: error: expected a map of macro names and definitions"}},
      {"text\n", {"m.yml:1:1: error: expected a map of macro names and definitions"}},
      {"definition: x\n", {"m.yml:1:1: error: name is missing: expected the macro's name"}},
      {"name: [a]\ndefinition: x\n", {"m.yml:1:7: error: name: expected a text, found a list"}},
      {"name: a b\ndefinition: x\n", {"m.yml:1:7: error: macro 'a b': " + word}},
      {"name: a\ndefinition:\n", {"m.yml:1:1: error: macro 'a': definition is missing: expected SPL text"}},
      {"name: a\ndefinition: [x]\n", {"m.yml:2:13: error: definition: expected a text, found a list"}},
      {"name: a\ndefinition: x\narguments: {b: c}\n",
       {"m.yml:3:12: error: arguments: expected a list of texts, found a map"}},
      {"name: a\ndefinition: x\narguments: [b, b]\n", {"m.yml:3:12: error: argument 'b' is named twice"}},
      {"name: a\ndefinition: x\narguments: [$b$]\n", {"m.yml:3:12: error: argument '$b$': " + word}},
      {"a:\n", {"m.yml:1:1: error: macro 'a': expected its definition, or a map of definition and arguments"}},
      {"a: [x]\n", {"m.yml:1:1: error: macro 'a': expected its definition, or a map of definition and arguments"}},
      {"a: {}\n", {"m.yml:1:1: error: macro 'a': definition is missing: expected SPL text"}},
      {"a(1): x\n", {"m.yml:1:1: error: macro 'a(1)': " + word}},
      {"'`a`': x\n", {"m.yml:1:1: error: macro '`a`': " + word}},
      {"a: {definition: x, argument: [b]}\n",
       {"m.yml:1:20: error: macro 'a': unknown key 'argument': expected definition, arguments or description"}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(read(c.text).problems == c.problems);
  }
  const Read out = read("a: x\nb: [y]\nc: z\n");
  CHECK(out.problems.size() == 1);
  CHECK(shown(out.macros, "a", 0) == "a = x");
  CHECK(shown(out.macros, "b", 0) == "none");
  CHECK(shown(out.macros, "c", 0) == "c = z");
}

TEST_CASE("macro files: the example that ships is valid and defines nothing") {
  core::Problems problems;
  const auto document = yaml::Document::load(REGWARDEN_SOURCE_DIR "/etc/macros.yaml", problems);
  REQUIRE(document);
  Macros macros;
  read_macro_file(document->root(), macros, problems);
  CHECK(test::rendered(problems) == Lines{});
  CHECK(macros.find("disable_amsi_through_registry_filter", 0) == nullptr);
}

}  // namespace
}  // namespace rw::detect
