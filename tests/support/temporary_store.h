// A SQLite store in a temporary directory, and records built by hand. For tests of searches.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/cim/record.h"
#include "storage/batch.h"
#include "storage/store.h"

namespace rw::test {

// One record; the texts are owned, an empty one is null.
struct RegistryEvent {
  std::string time;  // ISO 8601
  std::string dest = "ws1.corp.example";
  std::string key_name;
  std::string value_name;
  std::string value_data;
  std::string value_type;
  std::string user;
  std::string process_path;
  std::string process_guid;
  std::string process_id;
  cim::RegistryAction action = cim::RegistryAction::kModified;
};

struct ProcessEvent {
  std::string time;
  std::string dest = "ws1.corp.example";
  std::string process;
  std::string process_path;
  std::string process_guid;
  std::string process_id;
  std::string user;
  std::string parent_process;
  std::string parent_process_path;
  std::string original_file_name;
};

core::Micros at(std::string_view iso8601);
cim::Window window(std::string_view earliest, std::string_view latest);

class TemporaryStore {
 public:
  TemporaryStore();
  ~TemporaryStore();
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;

  void add(const std::vector<RegistryEvent>& registry, const std::vector<ProcessEvent>& processes = {});
  void add_risk(std::vector<cim::RiskEvent> events);
  storage::Store& store() { return *store_; }
  storage::Reader& reader() { return *reader_; }
  const storage::Dialect& dialect() const { return store_->dialect(); }

 private:
  std::filesystem::path dir_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::Reader> reader_;
};

}  // namespace rw::test
