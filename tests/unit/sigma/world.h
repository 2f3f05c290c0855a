// Events as Windows writes them, through decoder and normaliser into a store, and Sigma files run over them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/load.h"
#include "daemon/detect/search.h"
#include "tests/support/temporary_store.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::test {

using EventFields = std::vector<std::pair<std::string, std::string>>;

// All events are of the hour from 2026-03-01T11:00:00Z unless their time says otherwise; that hour is what runs search.
class World {
 public:
  void sysmon(int event_id, const EventFields& fields, const std::string& time = "2026-03-01T11:10:00Z",
              const std::string& computer = "ws1.corp.example");
  void security(int event_id, const EventFields& fields, const std::string& time = "2026-03-01T11:10:00Z");
  // Event XML, or JSON.
  void payload(const std::string& text);

  detect::SearchResult run(const detect::Detection& detection, const cim::Window& window);
  // Of the one rule in the text: how many events match. Fails the test when it is not loaded without problems.
  std::int64_t matches(const std::string& yaml, const detect::sigma::Options& options = {});
  const storage::Dialect& dialect() const { return store_.dialect(); }

 private:
  TemporaryStore store_;
  std::uint64_t record_id_ = 0;
};

cim::Window hour();

struct LoadedFiles {
  std::shared_ptr<const detect::Catalogue> catalogue;
  std::vector<std::string> problems;  // file names without their folder
};
// Files by name; nothing built in.
LoadedFiles load_files(const std::vector<std::pair<std::string, std::string>>& files,
                       const detect::sigma::Options& options = {});

// A rule with this detection section, each line with two blanks before it.
std::string rule(const std::string& detection, const std::string& category = "registry_event");
// The events of a result: the sum of its counts.
std::int64_t events_in(const detect::SearchResult& result);
// A column's value in each row.
std::vector<std::string> column(const detect::SearchResult& result, const std::string& name);

}  // namespace rw::test
