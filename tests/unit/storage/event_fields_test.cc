// The events' own field names, and the risk dataset, as the SQLite dialect reads and tests them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cim/fields.h"
#include "tests/unit/storage/predicate_sql.h"

namespace rw::storage::test {
namespace {

using cim::Dataset;

const cim::Field& field(Dataset dataset, std::string_view name) {
  const cim::Field* found = cim::find_event_field(dataset, name);
  if (found == nullptr) found = cim::find_field(dataset, name);
  INFO(name);
  REQUIRE(found != nullptr);
  return *found;
}

cim::Window day() { return {at("2026-10-11T00:00:00Z"), at("2026-10-12T00:00:00Z")}; }

// Both ways to ask: over the window, and over given events.
struct Fields {
  Database database;
  std::unique_ptr<Reader> reader = database.reader();
  Dataset dataset;

  explicit Fields(Dataset of) : dataset(of) {}

  void commit(Batch batch) {
    const auto session = database.writer();
    test::commit(*session, batch);
  }

  std::vector<std::vector<Value>> rows(const Predicate& where, const std::string& select) {
    const auto all = rows_of(*reader, query_of(database.store().dialect(), dataset, day(), where, select));
    std::string ids;
    for (const auto& row : rows_of(*reader, query_of(database.store().dialect(), dataset, day(), always(), "e.id"))) {
      ids += (ids.empty() ? "" : ",") + std::to_string(std::get<std::int64_t>(row[0]));
    }
    const sqlite::EventsDialect few("[" + ids + "]");
    CHECK(rows_of(*reader, query_of(few, dataset, day(), where, select)) == all);
    return all;
  }

  // Its value in each event, in the order of their ids; "-" for null.
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> texts;
    const std::string sql = database.store().dialect().field(dataset, field(dataset, name));
    auto values = rows(always(), "e.id, ifnull(" + sql + ", '-')");
    std::ranges::sort(values, {}, [](const auto& row) { return std::get<std::int64_t>(row[0]); });
    for (const auto& row : values) {
      const auto* number = std::get_if<std::int64_t>(&row[1]);
      texts.push_back(number != nullptr ? std::to_string(*number) : std::get<std::string>(row[1]));
    }
    return texts;
  }

  // The numbers (from 1) of the events that pass; also asks for the others.
  std::vector<std::int64_t> passing(const Predicate& where) {
    const auto ids = [&](const Predicate& predicate) {
      std::vector<std::int64_t> found;
      for (const auto& row : rows(predicate, "e.id")) found.push_back(std::get<std::int64_t>(row[0]));
      return found;
    };
    auto found = ids(where);
    std::ranges::sort(found);
    CHECK(found.size() + ids(negated(where)).size() == rows(always(), "e.id").size());
    return found;
  }
  std::vector<std::int64_t> matching(std::string_view name, core::TextTest test) {
    return passing({Matches{&field(dataset, name), std::move(test)}});
  }
};

using Texts = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;

core::TextPattern stars(std::string_view text) { return core::TextPattern::with_stars(text); }

TEST_CASE("the two sets of names do not meet", "[event_fields]") {
  for (const Dataset dataset : {Dataset::kRegistry, Dataset::kProcesses}) {
    for (const cim::Field& own : cim::event_fields(dataset)) {
      INFO(own.name);
      CHECK(cim::find_field(dataset, own.name) == nullptr);
    }
  }
}

Batch registry_events() {
  std::vector<cim::RegistryRecord> records;
  records.push_back(set_value(1));
  cim::RegistryRecord& text = records.emplace_back(set_value(2));
  text.value_data = "C:\\evil.exe";
  text.value_type = text.details = {};
  text.user_domain = {};
  text.source.envelope = R"({"RuleName":"T1547.001"})";
  cim::RegistryRecord& rename = records.emplace_back(set_value(3));
  rename.source.event_id = 14;
  rename.source.event_type = "RenameKey";
  rename.source.envelope = {};
  rename.value_name = rename.value_type = rename.details = {};
  rename.value_data = "HKLM\\SOFTWARE\\New";
  cim::RegistryRecord& key = records.emplace_back(set_value(4));
  key.source.event_id = 12;
  key.source.event_type = "CreateKey";
  key.value_name = key.value_data = key.value_type = key.details = {};
  key.user = key.user_domain = key.process_path = {};
  cim::RegistryRecord& audit = records.emplace_back(set_value(5));
  audit.source = {.computer = "ws1.corp.example",
                  .channel = "Security",
                  .provider = "Microsoft-Windows-Security-Auditing",
                  .event_id = 4657,
                  .event_type = "SetValue",
                  .envelope = {}};
  audit.extra = R"({"ObjectName":"\\REGISTRY\\MACHINE\\SOFTWARE\\K","ObjectValueName":"Name","OperationType":"%%1905",)"
                R"("NewValueType":"%%1876","NewValue":"1","SubjectUserName":"kim","HandleId":"0x54",)"
                R"("SubjectLogonId":"0x3e7","note":"made longer than a term may be"})";
  cim::RegistryRecord& small = records.emplace_back(set_value(6));
  small.extra = R"({"AccessMask":"0x2"})";
  small.value_data = "{not JSON";
  small.value_type = small.details = {};
  return batch_of(std::move(records));
}

TEST_CASE("registry events under their own names", "[event_fields]") {
  Fields events(Dataset::kRegistry);
  events.commit(registry_events());
  CHECK(events.texts("EventID") == Texts{"13", "13", "14", "12", "4657", "13"});
  CHECK(events.texts("EventType") == Texts{"SetValue", "SetValue", "RenameKey", "CreateKey", "SetValue", "SetValue"});
  CHECK(events.texts("Channel")[4] == "Security");
  CHECK(events.texts("Provider_Name")[4] == "Microsoft-Windows-Security-Auditing");
  CHECK(events.texts("Computer")[0] == "ws1.corp.example");
  CHECK(events.texts("TargetObject") == Texts{"HKLM\\SOFTWARE\\K\\Name", "HKLM\\SOFTWARE\\K\\Name", "HKLM\\SOFTWARE\\K",
                                              "HKLM\\SOFTWARE\\K", "HKLM\\SOFTWARE\\K\\Name",
                                              "HKLM\\SOFTWARE\\K\\Name"});
  CHECK(events.texts("Details") ==
        Texts{"DWORD (0x00000001)", "C:\\evil.exe", "-", "-", "DWORD (0x00000001)", "{not JSON"});
  CHECK(events.texts("NewName") == Texts{"-", "-", "HKLM\\SOFTWARE\\New", "-", "-", "-"});
  CHECK(events.texts("Image")[3] == "-");
  CHECK(events.texts("ProcessName") == events.texts("Image"));
  CHECK(events.texts("ProcessId")[0] == "4004");
  CHECK(events.texts("ProcessGuid")[0] == "{5a9c1d2e-2b1f-6643-010a-000000000b00}");
  CHECK(events.texts("User") == Texts{"NT AUTHORITY\\SYSTEM", "SYSTEM", "NT AUTHORITY\\SYSTEM", "-",
                                      "NT AUTHORITY\\SYSTEM", "NT AUTHORITY\\SYSTEM"});
  CHECK(events.texts("RuleName") == Texts{"-", "T1547.001", "-", "-", "-", "-"});
  CHECK(events.texts("ObjectName")[4] == "\\REGISTRY\\MACHINE\\SOFTWARE\\K");
  CHECK(events.texts("AccessMask") == Texts{"-", "-", "-", "-", "-", "0x2"});
  // Every field can be read and tested, in every event, by every kind of test.
  for (const cim::Field& each : cim::event_fields(Dataset::kRegistry)) {
    INFO(each.name);
    CHECK(events.texts(each.name).size() == 6);
    const auto present = events.passing({Exists{&each}});
    CHECK(events.matching(each.name, stars("*")) == present);
    CHECK(events.matching(each.name, must(core::TextTest::regex(""))) == present);
    CHECK(events.matching(each.name, stars("unknown")).empty());  // none is filled
    CHECK(events.passing({Compares{&each, CompareOp::kGreaterEqual, "", false}}) == present);
    CHECK(events.passing({Same{&each, &each}}) == present);
  }
}

TEST_CASE("tests of registry events", "[event_fields]") {
  Fields events(Dataset::kRegistry);
  events.commit(registry_events());
  CHECK(events.matching("TargetObject", stars("*\\software\\k\\NAME")) == Ids{1, 2, 5, 6});
  CHECK(events.matching("Details", stars("dword (0x00000001)")) == Ids{1, 5});
  CHECK(events.matching("Details", stars("*New")).empty());
  CHECK(events.matching("NewName", stars("*New")) == Ids{3});
  CHECK(events.matching("Details", must(core::TextTest::regex("(?i)EVIL\\.exe$"))) == Ids{2});
  CHECK(events.matching("EventID", stars("4657")) == Ids{5});
  CHECK(events.matching("ObjectValueName", core::TextPattern::exact("Name", core::TextPattern::Case::kExact)) ==
        Ids{5});
  CHECK(events.matching("AccessMask", stars("0X2")) == Ids{6});
  CHECK(events.passing({Compares{&field(Dataset::kRegistry, "EventID"), CompareOp::kGreater, "13", true}}) ==
        Ids{3, 5});
  CHECK(events.passing({Compares{&field(Dataset::kRegistry, "Details"), CompareOp::kLess, "5", true}}).empty());
  CHECK(events.passing({Compares{&field(Dataset::kRegistry, "NewValue"), CompareOp::kLess, "5", true}}) == Ids{5});
  CHECK(events.passing({Same{&field(Dataset::kRegistry, "Image"), &field(Dataset::kRegistry, "process_path")}}) ==
        Ids{1, 2, 3, 5, 6});
}

TEST_CASE("process events under their own names", "[event_fields]") {
  Batch batch;
  cim::ProcessRecord full = process(1);
  full.process = "cmd /c whoami";
  full.parent_user = "kim";
  full.parent_user_domain = "CORP";
  full.process_integrity_level = "high";
  full.process_hash = "MD5=AB,SHA256=CD";
  full.original_file_name = "Cmd.Exe";
  full.process_current_directory = "C:\\";
  full.process_id = "12";
  full.parent_process = "explorer";
  full.parent_process_path = "C:\\Windows\\explorer.exe";
  full.parent_process_id = "8";
  full.parent_process_guid = "{g}";
  full.image_version = R"({"FileVersion":"10.0","Description":"Shell \"x\"","Company":"Contoso"})";
  full.session = R"({"LogonGuid":"{l}","LogonId":"0x3e7","TerminalSessionId":"1"})";
  full.user = "SYSTEM";
  full.user_domain = "NT AUTHORITY";
  cim::ProcessRecord audit = process(2);
  audit.source.event_id = 4688;
  audit.source.channel = "Security";
  audit.extra = R"({"NewProcessId":"0x1f4","MandatoryLabel":"S-1-16-12288","TokenElevationType":"%%1937",)"
                R"("SubjectUserName":"WS1$","TargetUserName":"kim","TargetDomainName":"CORP"})";
  audit.process_path = "C:\\dir\\";
  batch.processes = {full, audit};
  Fields events(Dataset::kProcesses);
  events.commit(std::move(batch));

  const std::pair<const char*, Texts> expected[] = {
      {"EventID", {"1", "4688"}},
      {"Image", {"C:\\Windows\\System32\\cmd.exe", "C:\\dir\\"}},
      {"NewProcessName", {"C:\\Windows\\System32\\cmd.exe", "C:\\dir\\"}},
      {"CommandLine", {"cmd /c whoami", "-"}},
      {"ProcessCommandLine", {"cmd /c whoami", "-"}},
      {"User", {"NT AUTHORITY\\SYSTEM", "-"}},
      {"ParentUser", {"CORP\\kim", "-"}},
      {"IntegrityLevel", {"high", "-"}},
      {"Hashes", {"MD5=AB,SHA256=CD", "-"}},
      {"OriginalFileName", {"Cmd.Exe", "-"}},
      {"CurrentDirectory", {"C:\\", "-"}},
      {"ProcessId", {"12", "-"}},
      {"ParentCommandLine", {"explorer", "-"}},
      {"ParentImage", {"C:\\Windows\\explorer.exe", "-"}},
      {"ParentProcessName", {"C:\\Windows\\explorer.exe", "-"}},
      {"ParentProcessId", {"8", "-"}},
      {"ParentProcessGuid", {"{g}", "-"}},
      {"FileVersion", {"10.0", "-"}},
      {"Description", {"Shell \"x\"", "-"}},
      {"Product", {"-", "-"}},
      {"Company", {"Contoso", "-"}},
      {"LogonGuid", {"{l}", "-"}},
      {"LogonId", {"0x3e7", "-"}},
      {"TerminalSessionId", {"1", "-"}},
      {"NewProcessId", {"-", "0x1f4"}},
      {"MandatoryLabel", {"-", "S-1-16-12288"}},
      {"TokenElevationType", {"-", "%%1937"}},
      {"SubjectUserName", {"-", "WS1$"}},
      {"TargetDomainName", {"-", "CORP"}},
      {"RuleName", {"-", "-"}},
      {"process_exec", {"cmd.exe", "-"}},
  };
  for (const auto& [name, texts] : expected) {
    INFO(name);
    CHECK(events.texts(name) == texts);
  }
  for (const cim::Field& each : cim::event_fields(Dataset::kProcesses)) {
    INFO(each.name);
    const auto present = events.passing({Exists{&each}});
    CHECK(events.matching(each.name, must(core::TextTest::regex(""))) == present);
  }
  CHECK(events.matching("IntegrityLevel", stars("High")) == Ids{1});
  CHECK(events.matching("User", stars("nt authority\\*")) == Ids{1});
  CHECK(events.matching("Company", stars("contoso")) == Ids{1});
  CHECK(events.matching("SubjectUserName", stars("ws1$")) == Ids{2});
  // Nothing follows the last backslash: the field is null, however it is asked.
  CHECK(events.passing({Exists{&field(Dataset::kProcesses, "process_exec")}}) == Ids{1});
}

TEST_CASE("networks and numbers", "[event_fields]") {
  std::vector<cim::RegistryRecord> records;
  std::uint64_t number = 0;
  for (const char* data : {"10.1.2.3", "11.1.2.3", "fd00::1", "7", "70", "-", "x7"}) {
    cim::RegistryRecord& record = records.emplace_back(set_value(++number));
    record.value_data = data;
    record.details = {};
  }
  Fields events(Dataset::kRegistry);
  events.commit(batch_of(std::move(records)));
  CHECK(events.matching("Details", must(core::TextTest::cidr("10.0.0.0/8"))) == Ids{1});
  CHECK(events.matching("registry_value_data", must(core::TextTest::cidr("fd00::/8"))) == Ids{3});
  const cim::Field& data = field(Dataset::kRegistry, "registry_value_data");
  CHECK(events.passing({Compares{&data, CompareOp::kGreater, "8", true}}) == Ids{5});
  CHECK(events.passing({Compares{&data, CompareOp::kLess, "8", true}}) == Ids{4});
}

cim::RiskEvent risk(std::string identity) {
  cim::RiskEvent event;
  event.origin = {"id-1", "A Rule", 2, day(), at("2026-10-11T12:00:00Z")};
  event.identity = std::move(identity);
  event.time = at("2026-10-11T11:00:00Z");
  event.risk_object = "ws1";
  event.risk_object_type = "system";
  event.risk_object_field = "dest";
  event.risk_score = 25;
  event.risk_message = "A Rule on ws1";
  event.threat_objects = "[]";
  event.annotations = "{}";
  event.row = "{}";
  return event;
}

TEST_CASE("risk events as a dataset", "[event_fields]") {
  Batch batch;
  cim::RiskEvent full = risk("1");
  full.threat_objects =
      R"([{"threat_object":"reg.exe","threat_object_type":"process_name","threat_object_field":"process_name"},)"
      R"({"threat_object":"1.2.3.4","threat_object_type":"ip_address","threat_object_field":"src"}])";
  full.annotations =
      R"({"mitre_attack":["T1112"],"mitre_attack.mitre_technique_id":["T1112"],"mitre_attack.mitre_technique":)"
      R"(["Modify Registry"],"mitre_attack.mitre_tactic":["defense-evasion","persistence"],)"
      R"("mitre_attack.mitre_tactic_id":["TA0005"],"kill_chain_phases":["Exploitation"],"cis20":["CIS 10"],)"
      R"("nist":["DE.CM"],"analytic_story":["A story","B \"story\""]})";
  full.row = R"({"dest":"ws1","user":["kim","SYSTEM"],"count":3})";
  cim::RiskEvent outside = risk("3");
  outside.time = day().latest;
  cim::RiskEvent empty = risk("2");
  empty.time = full.time + std::chrono::seconds(1);  // rows come in the order of times
  empty.annotations = R"({"nist":[],"cis20":"no list"})";
  empty.calculated_risk_score = 50;
  empty.normalized_risk_object = "pc1";
  batch.risk_events = {full, empty, outside};
  Fields risks(Dataset::kRisk);
  risks.commit(std::move(batch));

  const std::pair<const char*, Texts> expected[] = {
      {"source", {"A Rule", "A Rule"}},
      {"search_name", {"A Rule", "A Rule"}},
      {"risk_object", {"ws1", "ws1"}},
      {"normalized_risk_object", {"ws1", "pc1"}},
      {"risk_object_type", {"system", "system"}},
      {"risk_object_field", {"dest", "dest"}},
      {"risk_score", {"25", "25"}},
      {"calculated_risk_score", {"25", "50"}},
      {"risk_message", {"A Rule on ws1", "A Rule on ws1"}},
      {"threat_object", {R"(["reg.exe","1.2.3.4"])", "-"}},
      {"threat_object_type", {R"(["process_name","ip_address"])", "-"}},
      {"analyticstories", {R"(["A story","B \"story\""])", "-"}},
      {"annotations.mitre_attack", {R"(["T1112"])", "-"}},
      {"annotations.mitre_attack.mitre_technique_id", {R"(["T1112"])", "-"}},
      {"annotations.mitre_attack.mitre_technique", {R"(["Modify Registry"])", "-"}},
      {"annotations.mitre_attack.mitre_tactic", {R"(["defense-evasion","persistence"])", "-"}},
      {"annotations.mitre_attack.mitre_tactic_id", {R"(["TA0005"])", "-"}},
      {"annotations.kill_chain_phases", {R"(["Exploitation"])", "-"}},
      {"annotations.cis20", {R"(["CIS 10"])", "-"}},
      {"annotations.nist", {R"(["DE.CM"])", "-"}},
      {"dest", {"ws1", "-"}},
      {"user", {"kim\nSYSTEM", "-"}},
  };
  for (const auto& [name, texts] : expected) {
    INFO(name);
    CHECK(risks.texts(name) == texts);
  }
  // _time, and what is made from others when rows are read: annotations._all.
  CHECK(std::size(expected) + 2 == cim::fields(Dataset::kRisk).size());
  const auto times =
      risks.rows(always(), risks.database.store().dialect().field(Dataset::kRisk, field(Dataset::kRisk, "_time")));
  REQUIRE(times.size() == 2);
  CHECK(std::get<std::int64_t>(times[0][0]) == core::to_us(full.time));

  CHECK(risks.matching("risk_object", stars("WS*")) == Ids{1, 2});
  CHECK(risks.matching("threat_object", stars("REG.*")) == Ids{1});  // one of the list
  CHECK(risks.matching("annotations.nist", stars("*")) == Ids{1});
  CHECK(risks.passing({Compares{&field(Dataset::kRisk, "risk_score"), CompareOp::kGreater, "24.5", true}}) ==
        Ids{1, 2});
  CHECK(risks.passing({Exists{&field(Dataset::kRisk, "dest")}}) == Ids{1});
}

}  // namespace
}  // namespace rw::storage::test
