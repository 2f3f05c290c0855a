// Where each field of cim/fields.h stands in the tables of schema.cc: the CIM fields and the events' own.
#pragma once

#include <string>
#include <string_view>

#include "daemon/cim/fields.h"

namespace rw::storage::sqlite {

enum class Place {
  kNowhere,   // the events do not have it: always null
  kConstant,  // sql: the text itself, the same for every event
  kTime,
  kTerm,    // sql: a term id, or null
  kMixed,   // sql: a term id, a text, or null
  kText,    // sql: the text, a number, or null
  kList,    // sql: a JSON array of texts, or null
  kPath,    // sql: an expression over registry_path d
  kActor,   // sql: an expression over actor d
  kSource,  // sql: an expression over source d
};

// How the field is made of a stored text (of kTerm and kMixed).
enum class Part {
  kWhole,
  kLastSegment,  // of a path; null where nothing follows the last backslash
  kMember,       // of a JSON object
  kUnwrapped,    // of a term: what cim::value_data_of() makes of it; a text in its row is what it is
};

struct Column {
  std::string_view field;
  Place place = Place::kNowhere;
  std::string_view sql = {};  // over the event e, unless the place says otherwise
  Part part = Part::kWhole;
};

// Sysmon 14 has NewName where 13 has Details.
#define RW_IS_RENAME "e.source IN (SELECT id FROM source WHERE event_id = 14)"
inline constexpr std::string_view kDetails =
    "CASE WHEN " RW_IS_RENAME " THEN NULL ELSE ifnull(e.details, e.value_data) END";
inline constexpr std::string_view kNewName = "CASE WHEN " RW_IS_RENAME " THEN e.value_data END";
#undef RW_IS_RENAME

// A field that the dataset does not have stands kNowhere.
Column column_of(cim::Dataset dataset, const cim::Field& field);

// The field as SQL over the SQL of a stored text of its column: of a term (kTerm, kMixed), and of a text in its row
// (kMixed).
std::string part_of(const Column& column, std::string_view term);
std::string part_of_own(const Column& column, std::string_view text);

// Those whose events are stored as they come.
inline constexpr cim::Dataset kEventDatasets[] = {cim::Dataset::kRegistry, cim::Dataset::kProcesses};

// "registry_event"
std::string_view table_of(cim::Dataset dataset);

// Events have one index, by which the same event is known again: it begins with the second of their time. A condition
// or an order takes it only where it names that expression.
inline constexpr std::string_view kSecond = "e.time / 1000000";
// All events. SQLite stops at a LIMIT behind ORDER BY kSecond, … only where a condition takes the index as well.
inline constexpr std::string_view kAnySecond = "e.time / 1000000 >= -9223372036855";
// Events from that time on, and before it; SQL of microseconds.
std::string since(std::string_view earliest);
std::string before(std::string_view latest);

// The table behind kPath, kActor and kSource, and the event's column that refers to it.
struct Dimension {
  std::string_view table;
  std::string_view key;
};
Dimension dimension_of(Place place);

}  // namespace rw::storage::sqlite
