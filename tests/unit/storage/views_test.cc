// What goes into the store and what the views of schema.cc show of it.
#include <tuple>

#include "daemon/cim/fields.h"
#include "storage/sqlite/dialect.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

// A view's rows as "column=value" lines without NULLs, an empty line after each.
std::string show(Database& database, const std::string& view) {
  auto reader = database.reader();
  const Table table = must(reader->query({"SELECT * FROM " + view + " ORDER BY id", {}}, {}));
  std::string text;
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].is_null()) continue;
      text += table.columns[i] + "=";
      text += std::holds_alternative<std::int64_t>(row[i]) ? std::to_string(std::get<std::int64_t>(row[i]))
                                                           : std::get<std::string>(row[i]);
      text += "\n";
    }
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("the Registry view shows what went in, field by field") {
  Database database;
  auto session = database.writer();
  cim::RegistryRecord full = set_value(7);
  full.utc_time = at("2026-10-11T20:14:15.099Z");
  full.extra = R"({"ActivityID":"{1}"})";
  CHECK(commit(*session, batch_of({full})).registry_stored == 1);
  CHECK(show(database, "Registry") ==
        "id=1\n"
        "_time=2026-10-11T20:14:15.123456Z\n"
        "action=modified\n"
        "dest=ws1.corp.example\n"
        "user=SYSTEM\n"
        "registry_hive=HKEY_LOCAL_MACHINE\\Software\n"
        "registry_path=HKLM\\SOFTWARE\\K\\Name\n"
        "registry_key_name=HKLM\\SOFTWARE\\K\n"
        "registry_value_name=Name\n"
        "registry_value_data=0x00000001\n"
        "registry_value_type=REG_DWORD\n"
        "process_guid={5a9c1d2e-2b1f-6643-010a-000000000b00}\n"
        "process_id=4004\n"
        "process_name=reg.exe\n"
        "process_path=C:\\Windows\\System32\\reg.exe\n"
        "status=success\n"
        "vendor_product=Microsoft Sysmon\n"
        "user_domain=NT AUTHORITY\n"
        "Details=DWORD (0x00000001)\n"
        "EventType=SetValue\n"
        "EventID=13\n"
        "Channel=Microsoft-Windows-Sysmon/Operational\n"
        "EventRecordID=7\n"
        "UtcTime=2026-10-11 20:14:15.099\n"
        "envelope={\"Version\":\"2\",\"RuleName\":\"-\"}\n"
        "extra={\"ActivityID\":\"{1}\"}\n"
        "time=1791749655123456\n"
        "received=1791749655373456\n\n");
}

TEST_CASE("what an event does not say is unknown where the data model fills it, else null") {
  Database database;
  auto session = database.writer();
  cim::RegistryRecord bare;
  bare.time = bare.received = at("2026-10-11T20:14:15Z");
  bare.source.event_id = 12;
  bare.key_name = R"(\REGISTRY\A\{x})";
  cim::ProcessRecord bare_process;
  static_cast<cim::EventBase&>(bare_process) = bare;
  bare_process.source.event_id = 1;
  Batch batch = batch_of({bare});
  batch.processes = {bare_process};
  commit(*session, batch);
  CHECK(show(database, "Registry") ==
        "id=1\n_time=2026-10-11T20:14:15.000000Z\naction=unknown\ndest=unknown\nuser=unknown\n"
        "registry_path=\\REGISTRY\\A\\{x}\nregistry_key_name=\\REGISTRY\\A\\{x}\nregistry_value_name=unknown\n"
        "registry_value_data=unknown\nregistry_value_type=unknown\nprocess_name=unknown\nstatus=success\n"
        "EventID=12\ntime=1791749655000000\nreceived=1791749655000000\n\n");
  CHECK(show(database, "Processes") ==
        "id=1\n_time=2026-10-11T20:14:15.000000Z\naction=allowed\ndest=unknown\nuser=unknown\nparent_user=unknown\n"
        "process=unknown\nprocess_name=unknown\noriginal_file_name=unknown\nparent_process=unknown\n"
        "parent_process_name=unknown\nEventID=1\ntime=1791749655000000\nreceived=1791749655000000\n\n");
}

TEST_CASE("the Processes view shows what went in, field by field") {
  Database database;
  auto session = database.writer();
  cim::ProcessRecord full = process(7);
  full.utc_time = full.time;
  full.user = "alice";
  full.user_domain = "CORP";
  full.parent_user = "bob";
  full.parent_user_domain = "CORP2";
  full.process = "cmd.exe /c \"dir\"";
  full.process_id = "100";
  full.process_guid = "{guid}";
  full.process_hash = "MD5=1,SHA256=2";
  full.process_integrity_level = "high";
  full.process_current_directory = "C:\\";
  full.original_file_name = "Cmd.Exe";
  full.parent_process = "explorer.exe";
  full.parent_process_path = "C:\\Windows\\explorer.exe";
  full.parent_process_id = "99";
  full.parent_process_guid = "{parent}";
  full.image_version = R"({"Company":"Microsoft"})";
  full.session = R"({"LogonId":"0x3e7"})";
  full.extra = R"({"New":"field"})";
  Batch batch;
  batch.processes = {full};
  commit(*session, batch);
  CHECK(
      show(database, "Processes") ==
      "id=1\n_time=2026-10-11T20:14:15.123456Z\naction=allowed\ndest=ws1.corp.example\nuser=alice\nparent_user=bob\n"
      "process=cmd.exe /c \"dir\"\nprocess_name=cmd.exe\nprocess_path=C:\\Windows\\System32\\cmd.exe\nprocess_id=100\n"
      "process_guid={guid}\nprocess_hash=MD5=1,SHA256=2\nprocess_integrity_level=high\n"
      "process_current_directory=C:\\\noriginal_file_name=Cmd.Exe\nparent_process=explorer.exe\n"
      "parent_process_name=explorer.exe\nparent_process_path=C:\\Windows\\explorer.exe\nparent_process_id=99\n"
      "parent_process_guid={parent}\nvendor_product=Microsoft Sysmon\nuser_domain=CORP\nparent_user_domain=CORP2\n"
      "image_version={\"Company\":\"Microsoft\"}\nsession={\"LogonId\":\"0x3e7\"}\nEventID=1\n"
      "Channel=Microsoft-Windows-Sysmon/Operational\nEventRecordID=7\nUtcTime=2026-10-11 20:14:15.123\n"
      "envelope={\"Version\":\"2\",\"RuleName\":\"-\"}\nextra={\"New\":\"field\"}\n"
      "time=1791749655123456\nreceived=1791749655373456\n\n");
}

TEST_CASE("vendor and product follow from the provider, in views and searches") {
  const struct {
    const char* provider;
    const char* expected;
  } cases[] = {
      {"Microsoft-Windows-Sysmon", "Microsoft Sysmon"},
      {"MICROSOFT-windows-sysmon", "Microsoft Sysmon"},
      {"Microsoft-Windows-Security-Auditing", "Microsoft Windows"},
      {"microsoft-windows-security-auditing", "Microsoft Windows"},
      {"Another", "Another"},
  };
  Database database;
  auto session = database.writer();
  Batch batch;
  std::vector<std::string> expected;
  for (const auto& c : cases) {
    batch.registry.push_back(set_value(expected.size()));
    batch.processes.push_back(process(expected.size()));
    batch.registry.back().source.provider = batch.processes.back().source.provider = c.provider;
    expected.emplace_back(c.expected);
  }
  commit(*session, batch);
  const sqlite::SqliteDialect dialect;
  for (const auto& [dataset, view, table] : {std::tuple(cim::Dataset::kRegistry, "Registry", "registry_event"),
                                             std::tuple(cim::Dataset::kProcesses, "Processes", "process_event")}) {
    INFO(view);
    CHECK(database.rows("SELECT vendor_product FROM " + std::string(view) + " ORDER BY id") == expected);
    CHECK(database.rows("SELECT " + dialect.field(dataset, *cim::find_field(dataset, "vendor_product")) + " FROM " +
                        table + " e ORDER BY id") == expected);
  }
}

TEST_CASE("texts of any length and script come back as they were") {
  Database database;
  auto session = database.writer();
  const std::string texts[] = {"x",
                               std::string(127, 'a'),
                               std::string(128, 'b'),
                               std::string(129, 'c'),
                               std::string(100'000, 'd'),
                               "Prüfung \xd0\x96 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
                               "line\r\nline\ttab '\"\\ %",
                               "12",  // a text, not the number of a term
                               "0x1 12.0"};
  std::vector<cim::RegistryRecord> records;
  std::vector<cim::ProcessRecord> processes;
  for (const std::string& text : texts) {
    cim::RegistryRecord& record = records.emplace_back(set_value(records.size()));
    record.value_data = record.details = record.extra = text;
    record.key_name = record.value_name = record.user = record.process_path = record.source.computer = text;
    cim::ProcessRecord& started = processes.emplace_back(process(processes.size()));
    started.process = started.parent_process = started.process_current_directory = text;
    started.process_guid = started.process_hash = started.extra = text;
  }
  Batch batch = batch_of(std::move(records));
  batch.processes = std::move(processes);
  commit(*session, batch);
  commit(*session, batch);  // and nothing is written over

  auto reader = database.reader();
  const Table table = must(reader->query({"SELECT registry_value_data, Details, extra, registry_key_name,"
                                          " registry_value_name, user, process_path, dest FROM Registry ORDER BY id",
                                          {}},
                                         {}));
  const Table started = must(reader->query({"SELECT process, parent_process, process_current_directory, process_guid,"
                                            " process_hash, extra FROM Processes ORDER BY id",
                                            {}},
                                           {}));
  REQUIRE(table.rows.size() == std::size(texts));
  REQUIRE(started.rows.size() == std::size(texts));
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    INFO(texts[i].substr(0, 40));
    for (const Value& value : table.rows[i]) CHECK((value == Value(texts[i])));
    for (const Value& value : started.rows[i]) CHECK((value == Value(texts[i])));
  }
  check_references(database);
}

TEST_CASE("the registry hive follows the root of the path") {
  const struct {
    const char* key_name;
    const char* expected;
  } cases[] = {
      {R"(HKLM\System\CurrentControlSet)", R"(HKEY_LOCAL_MACHINE\System)"},
      {R"(hklm\SYSTEM)", R"(HKEY_LOCAL_MACHINE\System)"},
      {R"(HKLM\SystemX)", "-"},
      {R"(HKLM\SOFTWARE\a)", R"(HKEY_LOCAL_MACHINE\Software)"},
      {R"(HKCR\.exe)", R"(HKEY_LOCAL_MACHINE\Software)"},
      {R"(HKLM\SAM\SAM)", R"(HKEY_LOCAL_MACHINE\SAM)"},
      {R"(HKLM\SECURITY\Policy)", R"(HKEY_LOCAL_MACHINE\Security)"},
      {R"(HKU\.DEFAULT\a)", R"(HKEY_USERS\.DEFAULT)"},
      {R"(HKU\S-1-5-18\a)", "HKEY_CURRENT_USER"},
      {R"(HKCC\a)", "HKEY_CURRENT_CONFIG"},
      {R"(\REGISTRY\A\{x})", "-"},
  };
  Database database;
  auto session = database.writer();
  std::vector<cim::RegistryRecord> records;
  std::vector<std::string> expected;
  for (const auto& c : cases) {
    cim::RegistryRecord& record = records.emplace_back(set_value(records.size()));
    record.key_name = c.key_name;
    expected.emplace_back(c.expected);
  }
  commit(*session, batch_of(std::move(records)));
  CHECK(database.rows("SELECT registry_hive FROM Registry ORDER BY id") == expected);
}

}  // namespace rw::storage::test
