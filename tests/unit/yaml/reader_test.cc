#include "daemon/yaml/reader.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rw::yaml {
namespace {

using core::Problems;

std::vector<std::string> rendered(const Problems& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(core::render(problem));
  return lines;
}

Document parsed(const std::string& text) {
  Problems problems;
  auto document = Document::parse(text, "f.yaml", problems);
  REQUIRE(rendered(problems) == std::vector<std::string>{});
  REQUIRE(document.has_value());
  return *document;
}

// The tree as one line: scalars in <>, with ! when quoted.
std::string print(const Node& node) {
  std::string out;
  switch (node.kind()) {
    case Node::Kind::kAbsent:
      return "absent";
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kScalar:
      return (node.is_quoted() ? "!<" : "<") + node.text() + ">";
    case Node::Kind::kList:
      for (const auto& item : node.items()) out += (out.empty() ? "" : ", ") + print(item);
      return "[" + out + "]";
    case Node::Kind::kMap:
      for (const auto& entry : node.entries()) out += (out.empty() ? "" : ", ") + entry.key + ": " + print(entry.value);
      return "{" + out + "}";
  }
  return out;
}

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "regwarden-yaml-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

struct Case {
  std::string text;
  std::string expected;
};

TEST_CASE("YAML texts become trees") {
  const std::vector<Case> cases = {
      {"", "absent"},
      {"# only a comment\n", "absent"},
      {"---\n", "null"},
      {"a: 1\n", "{a: <1>}"},
      {"\xEF\xBB\xBF"
       "a: 1\n",
       "{a: <1>}"},
      {"a: 1\r\nb: 2\r\n", "{a: <1>, b: <2>}"},
      {"a: '1'\nb: \"x\\ty\"\n", "{a: !<1>, b: !<x\ty>}"},
      {"a:\nb: ~\nc: null\nd: ''\n", "{a: null, b: null, c: null, d: !<>}"},
      {"a: |\n  one\n  two\n", "{a: !<one\ntwo\n>}"},
      {"a: [1, [2, 3], {b: 4}]\n", "{a: [<1>, [<2>, <3>], {b: <4>}]}"},
      {"- a\n- b: c\n  d: e\n-\n", "[<a>, {b: <c>, d: <e>}, null]"},
      {"a: []\nb: {}\n", "{a: [], b: {}}"},
      {"a: &x {b: 1}\nc: *x\n", "{a: {b: <1>}, c: {b: <1>}}"},
      {"&k key: value\nother: *k\n", "{key: <value>, other: <key>}"},
      {"a: 'it''s'\nb: \"\\\"\\\\\"\n", "{a: !<it's>, b: !<\"\\>}"},
      {"a: &x 'y'", "{a: !<y>}"},
      {"'<<': 1\n", "{<<: <1>}"},
      {"a: !!str 5\nb: !!seq [c]\n", "{a: <5>, b: [<c>]}"},
      {"Grüße: für alle\n", "{Grüße: <für alle>}"},
      {"---\na: 1\n...\n", "{a: <1>}"},
      {"a: 1\n---\n", "{a: <1>}"},
      {"cron: 0 * * * *\ntime: -70m@m\npath: C:\\Windows\\*\n",
       "{cron: <0 * * * *>, time: <-70m@m>, path: <C:\\Windows\\*>}"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(print(parsed(text).root()) == expected);
  }
}

TEST_CASE("Nodes know where they stand") {
  const Document document =
      parsed("\n# comment\na: 1\nlist:\n  - x\n  -   {b: 'y'}\nmap:\n    key: |\n      text\nnone:\n");
  const Node root = document.root();
  const auto place = [](const Node& node) { return std::make_pair(node.line(), node.col()); };
  const auto at = [](int line, int col) { return std::make_pair(line, col); };
  CHECK(place(root) == at(3, 1));
  CHECK(place(root["a"]) == at(3, 4));
  CHECK(place(root["list"]) == at(5, 3));
  CHECK(place(root["list"].items()[0]) == at(5, 5));
  CHECK(place(root["list"].items()[1]) == at(6, 7));
  CHECK(place(root["list"].items()[1]["b"]) == at(6, 11));
  CHECK(place(root["map"]) == at(8, 5));
  CHECK(place(root["map"].entries()[0].key_node) == at(8, 5));
  CHECK(place(root["map"]["key"]) == at(8, 10));
  CHECK(root["none"].line() == 10);
  CHECK(root.file() == "f.yaml");

  CHECK(place(root["absent"]) == at(0, 0));
  CHECK_FALSE(root["absent"].present());
  CHECK_FALSE(root["a"]["b"].present());
  CHECK(root["absent"].file().empty());
  CHECK(root["a"].items().empty());
  CHECK(root["a"].entries().empty());
}

TEST_CASE("Nodes outlive their document") {
  Node node;
  {
    const Document document = parsed("a: [x]\n");
    node = document.root()["a"];
  }
  CHECK(print(node) == "[<x>]");
}

struct Fault {
  std::string text;
  std::vector<std::string> problems;
  bool usable = false;  // a document is there all the same
};

TEST_CASE("Faulty YAML texts give problems with their place") {
  const std::vector<Fault> cases = {
      {"a: [1, 2\nb: 3\n", {"f.yaml:2:2: error: not valid YAML: end of sequence flow not found"}},
      {"a: 1\n b: 2\n", {"f.yaml:2:3: error: not valid YAML: illegal map value"}},
      {"a: *nowhere\n", {"f.yaml:1:4: error: not valid YAML: the referenced anchor is not defined"}},
      {"a: \"x", {"f.yaml:1:6: error: not valid YAML: illegal EOF in scalar"}},
      {",", {"f.yaml:1:1: error: not valid YAML: this stands where nothing like it can"}},
      {"a\n---\n,", {"f.yaml:3:1: error: not valid YAML: this stands where nothing like it can"}},
      {"a: \"x\n", {"f.yaml:1:4: error: not valid YAML: this quote is not closed"}},
      {"a: 1\r\nü: 'it''s\r\nb: 2\r\n", {"f.yaml:2:5: error: not valid YAML: this quote is not closed"}},
      {"a: &x !!str 'y\n", {"f.yaml:1:4: error: not valid YAML: this quote is not closed"}},
      {"a: [b, \"c\\\"\n", {"f.yaml:2:1: error: not valid YAML: end of sequence flow not found"}},
      {"- a\nb: c\n",
       {"f.yaml:2:1: error: text after the end of the document: expected one document (is the indentation right?)"},
       true},
      {"a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}\n",
       {"f.yaml:3:1: error: key 'a' is written twice in this map: first on line 1",
        "f.yaml:4:11: error: key 'd' is written twice in this map: first on line 4"},
       true},
      {"a: 1\na: 2\nb: [\n",
       {"f.yaml:2:1: error: key 'a' is written twice in this map: first on line 1",
        "f.yaml:4:1: error: not valid YAML: end of sequence flow not found"}},
      {"? [a, b]\n: c\n", {"f.yaml:1:3: error: expected a text as the key of a map"}, true},
      {"~: c\n", {"f.yaml:1:1: error: expected a text as the key of a map"}, true},
      {"a: &x {b: 1}\nc:\n  <<: *x\n",
       {"f.yaml:3:3: error: merge keys (<<) are not supported: write the keys out"},
       true},
      {"a: !vault secret\n", {"f.yaml:1:4: error: unknown tag '!vault'"}, true},
      {"a: 1\n---\nb: 2\n",
       {"f.yaml:3:1: error: text after the end of the document: expected one document (is the indentation right?)"},
       true},
      {"a: &x [*x]\n",
       {"f.yaml:1:8: error: this alias stands inside the node it refers to: expected an alias to a finished node"}},
      {"a: 1\nb: \xFF\n", {"f.yaml:2:4: error: not UTF-8: expected text in UTF-8"}},
      {"a: gr\xFC\xDF\n", {"f.yaml:1:6: error: not UTF-8: expected text in UTF-8"}},
      {std::string("a: 1\nb: x\0y\n", 12), {"f.yaml:2:5: error: control character 0x00: expected text in UTF-8"}},
      {std::string("a\0:\0 \0b\0", 8), {"f.yaml:1:2: error: control character 0x00: expected text in UTF-8"}},
  };
  for (const auto& [text, expected, usable] : cases) {
    INFO(text);
    Problems problems;
    const auto document = Document::parse(text, "f.yaml", problems);
    CHECK(rendered(problems) == expected);
    CHECK(document.has_value() == usable);
  }
}

TEST_CASE("A key written twice keeps its first value") {
  Problems problems;
  const auto document = Document::parse("a: 1\na: 2\n", "f.yaml", problems);
  REQUIRE(document.has_value());
  CHECK(print(document->root()) == "{a: <1>}");
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST_CASE("Size, nesting and aliases are limited") {
  const auto fault = [](const std::string& text) {
    Problems problems;
    CHECK_FALSE(Document::parse(text, "f.yaml", problems).has_value());
    const auto lines = rendered(problems);
    return lines.size() == 1 ? lines[0] : "not one problem";
  };
  CHECK(parsed(nested(kMaxNesting)).root().is_list());
  CHECK(fault(nested(kMaxNesting + 1)) == "f.yaml:1:101: error: nested deeper than 100 levels");
  CHECK(fault(nested(100'000)) == "f.yaml:1:101: error: nested deeper than 100 levels");
  CHECK(fault(std::string(kMaxFileBytes + 1, '#')) == "f.yaml: error: larger than 16 MiB");

  // Ten levels, each repeats the one before ten times.
  std::string laughs = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string below = "*l" + std::to_string(i - 1);
    const std::string level = "l" + std::to_string(i);
    laughs += level + ": &" + level + " [";
    for (int k = 0; k < 10; ++k) laughs += (k == 0 ? "" : ", ") + below;
    laughs += "]\n";
  }
  CHECK(fault(laughs) == "f.yaml:6:15: error: aliases repeat more than 16 MiB: write less of it with aliases");

  std::string many = "[";
  for (std::size_t i = 0; i < kMaxNodes; ++i) many += "a,\n";
  CHECK(fault(many + "]") == "f.yaml:250000:1: error: the file has more than 250000 values");
}

TEST_CASE("Typed reads") {
  Problems problems;
  const Document document = parsed(
      "text: abc\nnumber: -12\nquoted: '7'\nfraction: 25.0\nflag: Yes\noff: off\nlist: [a, 2]\nempty: []\nnone:\n");
  const Node root = document.root();
  CHECK(root["text"].as_text(problems, "x") == "abc");
  CHECK(root["number"].as_text(problems, "x") == "-12");
  CHECK(root["number"].as_integer(problems, "x") == -12);
  CHECK(root["quoted"].as_integer(problems, "x") == 7);
  CHECK(root["fraction"].as_number(problems, "x") == 25.0);
  CHECK(root["number"].as_number(problems, "x") == -12.0);
  CHECK(root["flag"].as_bool(problems, "x") == true);
  CHECK(root["off"].as_bool(problems, "x") == false);
  CHECK(root["list"].as_text_list(problems, "x") == std::vector<std::string>{"a", "2"});
  CHECK(root["text"].as_text_list(problems, "x") == std::vector<std::string>{"abc"});
  CHECK(root["empty"].as_text_list(problems, "x") == std::vector<std::string>{});
  for (const char* key : {"none", "absent"}) {
    CHECK(root[key].as_text(problems, "x") == std::nullopt);
    CHECK(root[key].as_integer(problems, "x") == std::nullopt);
    CHECK(root[key].as_number(problems, "x") == std::nullopt);
    CHECK(root[key].as_bool(problems, "x") == std::nullopt);
    CHECK(root[key].as_text_list(problems, "x") == std::nullopt);
  }
  CHECK(problems.empty());
}

TEST_CASE("Typed reads of another form are problems") {
  const Document document = parsed(
      "text: abc\nlist: [a, [b], {c: d}, ~]\nmap: {a: b}\nbig: 9223372036854775808\nhalf: 1.5\nnan: nan\ntail: 5x\n");
  const Node root = document.root();
  Problems problems;
  CHECK_FALSE(root["list"].as_text(problems, "who"));
  CHECK_FALSE(root["map"].as_text(problems, "who"));
  CHECK_FALSE(root["text"].as_integer(problems, "who"));
  CHECK_FALSE(root["big"].as_integer(problems, "who"));
  CHECK_FALSE(root["half"].as_integer(problems, "who"));
  CHECK_FALSE(root["tail"].as_integer(problems, "who"));
  CHECK_FALSE(root["list"].as_integer(problems, "who"));
  CHECK_FALSE(root["nan"].as_number(problems, "who"));
  CHECK_FALSE(root["map"].as_number(problems, "who"));
  CHECK_FALSE(root["text"].as_bool(problems, "who"));
  CHECK_FALSE(root["map"].as_bool(problems, "who"));
  CHECK_FALSE(root["list"].as_text_list(problems, "who"));
  CHECK_FALSE(root["map"].as_text_list(problems, "who"));
  CHECK(rendered(problems) == std::vector<std::string>{
                                  "f.yaml:2:7: error: who: expected a text, found a list",
                                  "f.yaml:3:6: error: who: expected a text, found a map",
                                  "f.yaml:1:7: error: who: 'abc': expected a whole number",
                                  "f.yaml:4:6: error: who: '9223372036854775808': expected a whole number",
                                  "f.yaml:5:7: error: who: '1.5': expected a whole number",
                                  "f.yaml:7:7: error: who: '5x': expected a whole number",
                                  "f.yaml:2:7: error: who: expected a whole number, found a list",
                                  "f.yaml:6:6: error: who: 'nan': expected a number",
                                  "f.yaml:3:6: error: who: expected a number, found a map",
                                  "f.yaml:1:7: error: who: 'abc': expected true or false",
                                  "f.yaml:3:6: error: who: expected true or false, found a map",
                                  "f.yaml:2:11: error: who: expected a text as item of the list, found a list",
                                  "f.yaml:2:16: error: who: expected a text as item of the list, found a map",
                                  "f.yaml:2:24: error: who: expected a text as item of the list, found nothing",
                                  "f.yaml:3:6: error: who: expected a list of texts, found a map",
                              });

  Problems warnings;
  root["half"].report(warnings, "odd", core::Severity::kWarning);
  CHECK(rendered(warnings) == std::vector<std::string>{"f.yaml:5:7: warning: odd"});
}

TEST_CASE("Files") {
  const TempFolder folder;
  Problems problems;
  const auto document = Document::load(folder.write("good.yaml", "a: 1\n"), problems);
  REQUIRE(document.has_value());
  CHECK(document->root()["a"].file() == folder.file("good.yaml"));
  CHECK(problems.empty());

  const std::string fifo = folder.file("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const std::string large = folder.write("large.yaml", std::string(kMaxFileBytes + 1, '#'));
  CHECK_FALSE(Document::load(folder.file("missing.yaml"), problems).has_value());
  CHECK_FALSE(Document::load(folder.file(""), problems).has_value());
  CHECK_FALSE(Document::load(fifo, problems).has_value());
  CHECK_FALSE(Document::load(large, problems).has_value());
  CHECK_FALSE(Document::load(folder.write("latin1.yaml", "\na: \xE4\n"), problems).has_value());
  CHECK(rendered(problems) == std::vector<std::string>{
                                  folder.file("missing.yaml") + ": error: cannot be read: No such file or directory",
                                  folder.file("") + ": error: is a folder: expected a file",
                                  fifo + ": error: is no regular file",
                                  large + ": error: larger than 16 MiB",
                                  folder.file("latin1.yaml") + ":2:4: error: not UTF-8: expected text in UTF-8",
                              });
}

TEST_CASE("Several documents of one file") {
  const auto all = [](const std::string& text) {
    Problems problems;
    const auto documents = Document::parse_all(text, "f.yaml", problems);
    CHECK(rendered(problems) == std::vector<std::string>{});
    REQUIRE(documents.has_value());
    std::vector<std::string> out;
    for (const Document& document : *documents) {
      CHECK(document.text() == text);
      out.push_back(print(document.root()) + " " + std::to_string(document.root().line()));
    }
    return out;
  };
  using Lines = std::vector<std::string>;
  CHECK(all("a: 1\n---\n# nothing\n---\n- b\n...\n") == Lines{"{a: <1>} 1", "[<b>] 5"});
  CHECK(all("---\na: &x 1\n---\nb: 2\n") == Lines{"{a: <1>} 2", "{b: <2>} 4"});
  CHECK(all("") == Lines{});

  Problems problems;
  CHECK_FALSE(Document::parse_all("a: &x 1\n---\nb: *x\n", "f.yaml", problems).has_value());
  CHECK(rendered(problems) == Lines{"f.yaml:3:4: error: not valid YAML: the referenced anchor is not defined"});
}

TEST_CASE("Merged maps") {
  const Document base = parsed("a: 1\nb: {c: 2, d: 3}\ne: [4]\n");
  const Document over = parsed("b: {d: 5, f: 6}\ne: [7]\n");
  CHECK(print(Node::merged(base.root(), over.root())) == "{b: {d: <5>, f: <6>, c: <2>}, e: [<7>], a: <1>}");
  CHECK(print(Node::merged(Node(), over.root())) == print(over.root()));
  CHECK(print(Node::merged(base.root(), over.root()["e"])) == "[<7>]");
}

TEST_CASE("Every published detection and rule parses") {
  std::size_t files = 0;
  for (const char* folder : {"escu", "sigma"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(REGWARDEN_SHARED_DIR) / folder)) {
      if (!entry.is_regular_file() || entry.path().extension() != ".yml") continue;
      Problems problems;
      const auto document = Document::load(entry.path().string(), problems);
      INFO(entry.path().string());
      CHECK(rendered(problems) == std::vector<std::string>{});
      REQUIRE(document.has_value());
      CHECK(document->root().is_map());
      ++files;
    }
  }
  CHECK(files > 300);
}

}  // namespace
}  // namespace rw::yaml
