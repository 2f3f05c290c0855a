#include "tests/support/temporary_store.h"

#include <stdlib.h>

#include <span>
#include <stdexcept>
#include <utility>

#include "storage/sqlite/store.h"

namespace rw::test {
namespace {

// A test that cannot set up its world ends at once.
template <class T>
T need(core::Result<T> result) {
  if (!result.ok()) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

}  // namespace

core::Micros at(std::string_view iso8601) { return need(core::parse_iso8601(iso8601)); }
cim::Window window(std::string_view earliest, std::string_view latest) { return {at(earliest), at(latest)}; }

TemporaryStore::TemporaryStore() {
  std::string pattern = (std::filesystem::temp_directory_path() / "regwarden-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
  dir_ = pattern;
  store_ = need(storage::sqlite::open({dir_.string(), true}));
  reader_ = need(store_->open_reader());
}

TemporaryStore::~TemporaryStore() {
  reader_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void TemporaryStore::add(const std::vector<RegistryEvent>& registry, const std::vector<ProcessEvent>& processes) {
  storage::Batch batch;
  const auto copy = [&](const std::string& text) { return batch.arena.copy(text); };
  const auto base = [&](cim::EventBase& record, const std::string& time, const std::string& dest) {
    record.time = at(time);
    record.received = record.time;
    record.source.computer = copy(dest);
    record.source.channel = "Microsoft-Windows-Sysmon/Operational";
    record.source.provider = "Microsoft-Windows-Sysmon";
  };
  for (const RegistryEvent& event : registry) {
    cim::RegistryRecord record;
    base(record, event.time, event.dest);
    record.source.event_id = 13;
    record.action = event.action;
    record.key_name = copy(event.key_name);
    record.value_name = copy(event.value_name);
    record.value_data = copy(event.value_data);
    record.value_type = copy(event.value_type);
    record.user = copy(event.user);
    record.process_path = copy(event.process_path);
    record.process_guid = copy(event.process_guid);
    record.process_id = copy(event.process_id);
    batch.registry.push_back(record);
  }
  for (const ProcessEvent& event : processes) {
    cim::ProcessRecord record;
    base(record, event.time, event.dest);
    record.source.event_id = 1;
    record.process = copy(event.process);
    record.process_path = copy(event.process_path);
    record.process_guid = copy(event.process_guid);
    record.process_id = copy(event.process_id);
    record.user = copy(event.user);
    record.parent_process = copy(event.parent_process);
    record.parent_process_path = copy(event.parent_process_path);
    record.original_file_name = copy(event.original_file_name);
    batch.processes.push_back(record);
  }
  const auto writer = need(store_->open_writer());
  (void)need(writer->commit(std::span<const storage::Batch>(&batch, 1)));
}

void TemporaryStore::add_risk(std::vector<cim::RiskEvent> events) {
  storage::Batch batch;
  batch.risk_events = std::move(events);
  const auto writer = need(store_->open_writer());
  (void)need(writer->commit(std::span<const storage::Batch>(&batch, 1)));
}

}  // namespace rw::test
