// Random WHERE expressions over a fixed random set of records: what SQL finds is what the reference finds.
#include <catch2/catch.hpp>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "daemon/detect/compile.h"
#include "daemon/detect/spl/parser.h"
#include "tests/support/reference_search.h"
#include "tests/support/temporary_store.h"

namespace rw::detect {
namespace {

using test::FieldTexts;
using test::RegistryEvent;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937 engine_;
};

// Metacharacters of LIKE, GLOB and regular expressions, numbers, case, letters beyond ASCII; and texts of more than
// 128 bytes, which the store keeps in another way.
const std::vector<std::string> kTexts = {
    "a",
    "A",
    "ab",
    "a%b",
    "a_b",
    "a*b",
    "[kl]",
    "k",
    "what?",
    "a\\b",
    "C:\\Windows\\System32\\reg.exe",
    "\\\\server",
    "0x00000001",
    "1",
    "1.0",
    "-3",
    "10",
    "9",
    "unknown",
    "null",
    "Größe",
    "GRÖSSE",
    "ÄÖÜäöü",
    "x\"y",
    "a|b",
    "(Default)",
    "$DLL",
    "it's",
    "tab\there",
    std::string(200, 'L'),
    "long " + std::string(150, 'x') + " End",
    "Long " + std::string(150, 'X') + " eND",
};

const std::vector<std::string> kKeys = {"HKLM\\System\\CurrentControlSet\\Services\\X",
                                        "HKLM\\SOFTWARE\\a%b",
                                        "HKCR\\.exe",
                                        "HKU\\.DEFAULT\\x",
                                        "HKU\\S-1-5-21\\Software\\[kl]",
                                        "\\REGISTRY\\A\\{1}",
                                        "HKLM\\SYSTEMX"};

std::string text_or_null(Random& random, int null_percent) {
  return random.chance(null_percent) ? std::string() : random.one_of(kTexts);
}

std::vector<RegistryEvent> records() {
  Random random(20260301);
  std::vector<RegistryEvent> events;
  for (int i = 0; i < 150; ++i) {
    RegistryEvent event;
    event.time = "2026-03-01T10:00:00Z";
    event.process_guid = "{" + std::to_string(i) + "}";  // tells the records apart
    event.dest = random.one_of<std::string>({"ws1", "WS2.Corp", "ws-%"});
    event.key_name = random.one_of(kKeys);
    event.value_name = text_or_null(random, 30);
    event.value_data = text_or_null(random, 30);
    event.value_type = random.chance(50) ? "" : "REG_DWORD";
    event.user = text_or_null(random, 30);
    event.process_path = text_or_null(random, 30);
    event.process_id = random.chance(30) ? "" : std::to_string(random.below(20));
    event.action = static_cast<cim::RegistryAction>(random.below(4));
    events.push_back(event);
  }
  return events;
}

// The data model, said once more and plainly.
FieldTexts fields_of(const RegistryEvent& event) {
  FieldTexts fields;
  const auto set = [&](const std::string& name, const std::string& text) {
    if (!text.empty()) fields["Registry." + name] = text;
  };
  const auto set_filled = [&](const std::string& name, const std::string& text) {
    set(name, text.empty() ? "unknown" : text);
  };
  const std::string name = event.process_path.substr(event.process_path.rfind('\\') + 1);
  set_filled("dest", event.dest);
  set_filled("registry_key_name", event.key_name);
  set_filled("registry_value_name", event.value_name);
  set_filled("registry_path", event.key_name + (event.value_name.empty() ? "" : "\\" + event.value_name));
  set_filled("registry_value_data", event.value_data);
  set_filled("registry_value_type", event.value_type);
  set_filled("user", event.user);
  set_filled("process_name", name);
  set("process_exec", name);
  set_filled("action", std::string(cim::action_name(event.action)));
  set("process_path", event.process_path);
  set("process_id", event.process_id);
  set("process_guid", event.process_guid);
  set("status", "success");
  set_filled("parent_process", "");
  return fields;
}

const std::vector<std::string> kFields = {"registry_path",
                                          "registry_path",
                                          "registry_value_data",
                                          "registry_value_data",
                                          "registry_value_name",
                                          "user",
                                          "dest",
                                          "registry_key_name",
                                          "registry_value_type",
                                          "process_name",
                                          "process_exec",
                                          "process_path",
                                          "process_id",
                                          "action",
                                          "status",
                                          "parent_process",
                                          "parent_process_id",
                                          "no_such_field"};

// A value made of what is in the records: cut, its case changed, wildcards put in.
std::string random_value(Random& random) {
  std::string text = random.one_of(kTexts);
  if (random.chance(20)) text = random.one_of(kKeys);
  if (random.chance(10)) text = random.one_of<std::string>({"modified", "DELETED", "success", "ws1", "reg_dword", ""});
  const auto cut_at = [&](std::size_t i) {  // never inside a character
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) ++i;
    return i;
  };
  if (random.chance(40) && !text.empty()) text = "*" + text.substr(cut_at(random.below(text.size() + 1)));
  if (random.chance(40) && !text.empty()) text = text.substr(0, cut_at(random.below(text.size() + 1))) + "*";
  if (random.chance(10) && !text.empty()) text.insert(cut_at(random.below(text.size())), "*");
  if (random.chance(40)) {
    for (char& c : text) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
  }
  return text;
}

std::string random_expression(Random& random, int depth) {
  if (depth == 0 || random.chance(35)) {
    const std::string field = "Registry." + random.one_of(kFields);
    if (random.chance(15)) {
      std::string list = field + " IN (" + spl::print_string(random_value(random));
      for (std::size_t n = random.below(3); n > 0; --n) list += ", " + spl::print_string(random_value(random));
      return list + ")";
    }
    const std::string op = random.chance(70) ? "=" : random.one_of<std::string>({"!=", "<", "<=", ">", ">="});
    return field + op + spl::print_string(random_value(random));
  }
  if (random.chance(20)) return "NOT (" + random_expression(random, depth - 1) + ")";
  std::string text = random_expression(random, depth - 1);
  for (std::size_t n = 1 + random.below(3); n > 0; --n) {
    text += random.one_of<std::string>({" OR ", " AND ", " "}) + random_expression(random, depth - 1);
  }
  return random.chance(50) ? "(" + text + ")" : text;
}

TEST_CASE("what SQL finds is what the reference finds") {
  const std::vector<RegistryEvent> events = records();
  test::TemporaryStore store;
  store.add(events);
  const cim::Window window = test::window("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
  std::size_t found_total = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    const std::string where = random_expression(random, 3);
    const std::string text =
        "| tstats count FROM datamodel=Endpoint.Registry WHERE " + where + " BY Registry.process_guid";
    INFO("seed " << seed << ": " << where);

    const auto expanded = spl::expand(text, Macros());
    REQUIRE(expanded.ok());
    const auto pipeline = spl::parse(*expanded);
    REQUIRE(pipeline.ok());
    std::set<std::string> expected;
    for (const RegistryEvent& event : events) {
      if (test::reference_matches(*std::get<spl::Tstats>(pipeline->source).where, fields_of(event)))
        expected.insert(event.process_guid);
    }

    // What is printed back means the same.
    for (const std::string& written : {text, spl::print(*pipeline)}) {
      const auto search = compile_spl(written, Macros());
      if (!search.ok()) FAIL(search.error().message);
      const auto result = (*search)->run({store.reader(), store.dialect(), window, core::TimeZone(), window.latest});
      if (!result.ok()) FAIL(result.error().message);
      std::set<std::string> found;
      for (const auto& row : result->table.rows) found.insert(std::get<std::string>(row[0]));
      CHECK(found == expected);
    }
    found_total += expected.size();
  }
  // Neither everything nor nothing: the expressions tell records apart.
  CHECK(found_total > 5'000);
  CHECK(found_total < 55'000);
}

TEST_CASE("the command search finds among rows what the reference finds") {
  const std::vector<RegistryEvent> events = records();
  test::TemporaryStore store;
  store.add(events);
  const cim::Window window = test::window("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
  // Latest of one event is the event's own value, or null.
  std::string all = "| tstats";
  for (const auto& [name, text] : fields_of(events.front())) {
    if (name != "Registry.process_guid") all += " latest(" + name + ") AS " + name;
  }
  for (const std::string field : {"process_path", "process_id", "process_exec"}) {
    if (all.find("latest(Registry." + field + ")") == std::string::npos) {
      all += " latest(Registry." + field + ") AS Registry." + field;
    }
  }
  all += " FROM datamodel=Endpoint.Registry BY Registry.process_guid | search ";
  for (unsigned seed = 1000; seed < 1100; ++seed) {
    Random random(seed);
    const std::string where = random_expression(random, 3);
    INFO("seed " << seed << ": " << where);
    const auto expanded = spl::expand("| tstats count FROM datamodel=Endpoint.Registry WHERE " + where, Macros());
    const auto pipeline = spl::parse(*expanded);
    REQUIRE(pipeline.ok());
    std::set<std::string> expected;
    for (const RegistryEvent& event : events) {
      if (test::reference_matches(*std::get<spl::Tstats>(pipeline->source).where, fields_of(event)))
        expected.insert(event.process_guid);
    }
    const auto search = compile_spl(all + where, Macros());
    if (!search.ok()) FAIL(search.error().message);
    const auto result = (*search)->run({store.reader(), store.dialect(), window, core::TimeZone(), window.latest});
    if (!result.ok()) FAIL(result.error().message);
    std::set<std::string> found;
    for (const auto& row : result->table.rows) found.insert(std::get<std::string>(row[0]));
    CHECK(found == expected);
  }
}

}  // namespace
}  // namespace rw::detect
