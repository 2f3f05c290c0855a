// Which names of a structured format (JSON) mean which System field of a Windows event. Formats repeat a field under
// several names; the better name wins and what the others say is kept as data where it differs.
// One object per event; names and values must live as long as the event's texts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

class SystemFields {
 public:
  explicit SystemFields(WindowsEvent& event) : event_(event) {}

  // Takes the value if the name is one of a System field ("EventID", "TimeCreated.SystemTime"; compared without case,
  // but ProcessID, the logging process, is not ProcessId, a field of the event's data). False: not such a name.
  // Errors: InvalidInput (EventID or EventRecordID is not a number, too many fields).
  core::Result<bool> take(std::string_view name, std::string_view value);

  // True for a System field that has attributes in XML: an object stands for it in JSON.
  static bool is_structured(std::string_view name);

  // After the last field: decides on the time. A time without a zone is nobody's UTC and stays data.
  // Errors: InvalidInput (no EventID, too many fields).
  core::Result<void> finish();

  static constexpr std::size_t kTexts = 17;  // System fields that are kept as text

 private:
  struct Given {
    std::string_view name;
    std::string_view value;
    std::uint8_t rank = 0;  // of the name; 0 is the best
  };
  // The better of the two stays in `current`; the other becomes data.
  core::Result<void> keep_better(Given& current, const Given& given);
  core::Result<void> keep_as_data(const Given& given);

  WindowsEvent& event_;
  std::array<Given, kTexts> texts_;
  Given event_id_;
  Given record_id_;
  std::vector<Given> times_;
};

}  // namespace rw::ingest
