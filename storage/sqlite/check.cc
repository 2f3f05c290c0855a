#include "storage/sqlite/check.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "daemon/core/time.h"
#include "storage/sqlite/blocks.h"
#include "storage/sqlite/columns.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/id_set.h"
#include "storage/sqlite/mark.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/write_ahead_log.h"

namespace rw::storage::sqlite {
namespace {

using Outcome = Examined::Outcome;

constexpr int kMostFaultsShown = 20;

// Columns of events that hold ids of terms without saying so in the schema.
constexpr std::pair<std::string_view, std::string_view> kTermColumns[] = {
    {"registry_event", "action"},
    {"registry_event", "value_data"},
    {"registry_event", "value_type"},
    {"registry_event", "details"},
    {"registry_event", "extra"},
    {"process_event", "user"},
    {"process_event", "user_domain"},
    {"process_event", "parent_user"},
    {"process_event", "parent_user_domain"},
    {"process_event", "process"},
    {"process_event", "process_path"},
    {"process_event", "process_id"},
    {"process_event", "process_guid"},
    {"process_event", "process_hash"},
    {"process_event", "process_integrity_level"},
    {"process_event", "process_current_directory"},
    {"process_event", "original_file_name"},
    {"process_event", "parent_process"},
    {"process_event", "parent_process_path"},
    {"process_event", "parent_process_id"},
    {"process_event", "parent_process_guid"},
    {"process_event", "image_version"},
    {"process_event", "session"},
    {"process_event", "extra"},
};

// Runs of one detection after the other, with the one before. Windows of equal shape follow each other where the later
// one begins no later than the earlier one ends.
constexpr const char* kLedger = R"sql(
WITH pair AS (
  SELECT detection_id, detection, latest, earliest,
         lag(latest) OVER (PARTITION BY detection_id ORDER BY scheduled_time, id) AS before,
         lag(latest - earliest) OVER (PARTITION BY detection_id ORDER BY scheduled_time, id) = latest - earliest AND
         lag(scheduled_time - latest) OVER (PARTITION BY detection_id ORDER BY scheduled_time, id) =
           scheduled_time - latest AS same
  FROM run WHERE kind = 'scheduled'
), judged AS (
  SELECT detection_id FROM pair WHERE same GROUP BY detection_id HAVING sum(earliest <= before) > sum(earliest > before)
)
SELECT detection, before, earliest FROM pair
WHERE same AND earliest > before AND detection_id IN (SELECT detection_id FROM judged)
ORDER BY detection, earliest)sql";

class Examination {
 public:
  Examination(Connection connection, std::string path) : connection_(std::move(connection)), path_(std::move(path)) {}

  std::vector<Examined> run() {
    version_ = 0;
    make("schema", &Examination::schema);
    make("integrity", &Examination::integrity);
    if (version_ == newest_schema_version()) {
      make("references", &Examination::references);
      make("origins", &Examination::origins);
      make("blocks", &Examination::blocks);
      make("unused", &Examination::unused);
      make("duplicates", &Examination::duplicates);
      make("ledger", &Examination::ledger);
    } else if (version_ < newest_schema_version()) {
      current_ = "schema";
      say(Outcome::kNote, "the other checks need the newest schema");
    }
    return std::move(found_);
  }

 private:
  using Check = core::Result<void> (Examination::*)();

  void make(const char* name, Check check) {
    current_ = name;
    const std::size_t before = found_.size();
    const core::Result<void> made = (this->*check)();
    if (!made.ok()) {
      say(Outcome::kFault, made.error().message);
    } else if (found_.size() == before) {
      say(Outcome::kOk, "");
    }
  }

  void say(Outcome outcome, std::string detail) { found_.push_back({current_, outcome, std::move(detail)}); }

  core::Result<void> schema() {
    RW_TRY(const auto tables,
           connection_.query_integer("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'"));
    if (tables == 0) return core::Error{core::ErrorCode::kInvalidInput, "not a database of regwarden"};
    RW_TRY(version_, connection_.query_integer("SELECT ifnull(max(version), 0) FROM schema_version"));
    const int newest = newest_schema_version();
    if (version_ > newest) {
      say(Outcome::kFault, fmt::format("version {}, this regwarden knows up to {}", version_, newest));
    } else if (version_ < newest) {
      say(Outcome::kNote, fmt::format("version {}, the next start brings it to {}", version_, newest));
    } else {
      say(Outcome::kOk, fmt::format("version {}", version_));
    }
    return {};
  }

  core::Result<void> integrity() {
    RW_TRY(Statement statement, connection_.prepare("PRAGMA integrity_check(20)"));
    while (true) {
      RW_TRY(const bool row, statement.step());
      if (!row) return {};
      if (statement.text(0) != "ok") say(Outcome::kFault, std::string(statement.text(0)));
    }
  }

  core::Result<void> references() {
    RW_TRY(Statement statement, connection_.prepare("SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check"
                                                    " GROUP BY 1, 2 ORDER BY 1, 2"));
    while (true) {
      RW_TRY(const bool row, statement.step());
      if (!row) break;
      say(Outcome::kFault, fmt::format("{}: {} references to rows of {} that are not there", statement.text(0),
                                       statement.integer(2), statement.text(1)));
    }
    for (const auto& [table, column] : kTermColumns) {
      RW_TRY(const auto missing,
             connection_.query_integer(fmt::format("SELECT count(*) FROM {0} e WHERE typeof({1}) = 'integer'"
                                                   " AND NOT EXISTS (SELECT 1 FROM term WHERE id = e.{1})",
                                                   table, column)));
      if (missing > 0) {
        say(Outcome::kFault,
            fmt::format("{}.{}: {} references to rows of term that are not there", table, column, missing));
      }
    }
    return {};
  }

  core::Result<void> origins() {
    RW_TRY(const auto nameless, connection_.query_integer("SELECT count(*) FROM origin WHERE id NOT IN"
                                                          " (SELECT origin FROM origin_name)"));
    RW_TRY(const auto empty, connection_.query_integer("SELECT count(*) FROM origin_name WHERE origin NOT IN"
                                                       " (SELECT id FROM origin)"));
    if (nameless > 0)
      say(Outcome::kFault, fmt::format("{} without a name: their events could be stored twice", nameless));
    if (empty > 0) say(Outcome::kFault, fmt::format("{} names without an origin", empty));
    return {};
  }

  core::Result<void> blocks() {
    for (const cim::Dataset dataset : kEventDatasets) {
      RW_TRY(const auto wrong,
             connection_.query_integer(
                 fmt::format("SELECT count(*) FROM event_block b WHERE dataset = {0} AND events <> (SELECT count(*)"
                             " FROM {1} e WHERE e.id > b.block * {2} AND e.id <= (b.block + 1) * {2})",
                             static_cast<int>(dataset), table_of(dataset), kBlockIds)));
      if (wrong > 0) {
        say(Outcome::kFault,
            fmt::format("{} blocks of {}: not as many events as is written down of them", wrong, table_of(dataset)));
      }
    }
    return {};
  }

  core::Result<void> unused() {
    RW_TRY(const auto mark, Mark::begin(path_));
    while (true) {
      RW_TRY(const bool complete, mark->step());
      if (complete) break;
    }
    const IdsInUse& in_use = mark->in_use();
    const std::pair<const char*, const IdSet*> tables[] = {{"registry_path", &in_use.paths},
                                                           {"actor", &in_use.actors},
                                                           {"source", &in_use.sources},
                                                           {"origin", &in_use.origins},
                                                           {"term", &in_use.terms}};
    for (const auto& [table, used] : tables) {
      RW_TRY(Statement statement, connection_.prepare(fmt::format("SELECT id FROM {}", table)));
      std::int64_t count = 0;
      while (true) {
        RW_TRY(const bool row, statement.step());
        if (!row) break;
        if (!used->has(statement.integer(0))) ++count;
      }
      if (count > 0) say(Outcome::kNote, fmt::format("{}: {} rows that no event refers to", table, count));
    }
    return {};
  }

  core::Result<void> duplicates() {
    RW_TRY(const auto several, connection_.query_integer("SELECT count(*) - count(DISTINCT text) FROM term"));
    if (several > 0) say(Outcome::kNote, fmt::format("term: {} rows with a text that another row has", several));
    return {};
  }

  core::Result<void> ledger() {
    RW_TRY(Statement statement, connection_.prepare(kLedger));
    int shown = 0;
    while (true) {
      RW_TRY(const bool row, statement.step());
      if (!row) break;
      if (++shown > kMostFaultsShown) continue;
      say(Outcome::kFault, fmt::format("{}: no run searched {} to {}", statement.text(0),
                                       core::format_rfc3339(core::from_us(statement.integer(1))),
                                       core::format_rfc3339(core::from_us(statement.integer(2)))));
    }
    if (shown > kMostFaultsShown) say(Outcome::kFault, fmt::format("and {} more", shown - kMostFaultsShown));
    for (const char* status : {"failed", "missed"}) {
      RW_TRY(const auto count, connection_.query_integer(fmt::format(
                                   "SELECT count(*) FROM run WHERE kind = 'scheduled' AND status = '{}'", status)));
      if (count > 0) say(Outcome::kNote, fmt::format("{} scheduled runs are {}", count, status));
    }
    return {};
  }

  Connection connection_;
  const std::string path_;
  std::vector<Examined> found_;
  std::string current_;
  std::int64_t version_ = 0;
};

}  // namespace

std::string_view outcome_name(Examined::Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kNote:
      return "note";
    case Outcome::kFault:
      break;
  }
  return "fault";
}

core::Result<std::vector<Examined>> check(const std::string& data_dir) {
  RW_TRY(const std::string path, existing_database(data_dir));
  // Not kReadOnly: SQLite does not know CHECK constraints then, and integrity_check passes over them.
  RW_TRY(Connection connection, Connection::open(path, Connection::Mode::kReadWrite));
  leave_log_on_close(connection);
  RW_CHECK(connection.execute("PRAGMA query_only = ON"));
  return Examination(std::move(connection), path).run();
}

}  // namespace rw::storage::sqlite
