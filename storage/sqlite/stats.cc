#include "storage/sqlite/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "storage/sqlite/columns.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/schema.h"

namespace rw::storage::sqlite {
namespace {

constexpr std::string_view kTablesOfEvents[] = {"registry_event", "process_event", "registry_path", "actor",
                                                "source",         "origin",        "origin_name",   "term"};

core::Result<std::vector<TableStats>> table_stats(Connection& connection) {
  std::vector<TableStats> tables;
  RW_TRY(Statement sizes,
         connection.prepare("SELECT ifnull(m.tbl_name, d.name), total(iif(m.type = 'index', 0, d.pgsize)),"
                            " total(iif(m.type = 'index', d.pgsize, 0))"
                            " FROM dbstat d LEFT JOIN sqlite_master m ON m.name = d.name"
                            " WHERE d.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC, 1"));
  while (true) {
    RW_TRY(const bool row, sizes.step());
    if (!row) break;
    tables.push_back({.name = std::string(sizes.text(0)),
                      .bytes = static_cast<std::uint64_t>(sizes.integer(1)),
                      .index_bytes = static_cast<std::uint64_t>(sizes.integer(2))});
  }
  for (TableStats& table : tables) {
    RW_TRY(table.rows, connection.query_integer(fmt::format("SELECT count(*) FROM \"{}\"", table.name)));
  }
  return tables;
}

core::Result<std::optional<core::Micros>> time_of(Connection& connection, std::string_view sql) {
  RW_TRY(Statement statement, connection.prepare(sql));
  RW_TRY(const bool row, statement.step());
  if (!row || statement.is_null(0) || statement.integer(0) == 0) return std::optional<core::Micros>();
  return std::optional(core::from_us(statement.integer(0)));
}

// Of both tables of events, the aggregate of what comes first in the direction.
std::string extreme_time(std::string_view aggregate, std::string_view direction) {
  const auto first = [&](std::string_view table) {
    return fmt::format("(SELECT e.time FROM {} e WHERE {} ORDER BY {} {}, e.time {} LIMIT 1)", table, kAnySecond,
                       kSecond, direction, direction);
  };
  return fmt::format("SELECT {}(time) FROM (SELECT {} AS time UNION ALL SELECT {})", aggregate, first("registry_event"),
                     first("process_event"));
}

}  // namespace

core::Result<DatabaseStats> stats(const std::string& data_dir) {
  RW_TRY(const std::string path, existing_database(data_dir));
  RW_TRY(Connection connection, Connection::open(path, Connection::Mode::kReadOnly));
  RW_CHECK(connection.execute("BEGIN"));  // one state for all figures
  DatabaseStats stats;
  RW_TRY(stats.schema_version, connection.query_integer("SELECT max(version) FROM schema_version"));
  if (stats.schema_version != newest_schema_version()) {
    return core::Error{
        core::ErrorCode::kUnsupported,
        fmt::format("{}: schema version {}, expected {}", path, stats.schema_version, newest_schema_version()),
        stats.schema_version < newest_schema_version() ? "start the daemon once"
                                                       : "run the newer regwarden that wrote it"};
  }
  RW_TRY(const auto page, connection.query_integer("PRAGMA page_size"));
  RW_TRY(const auto pages, connection.query_integer("PRAGMA page_count"));
  RW_TRY(const auto free, connection.query_integer("PRAGMA freelist_count"));
  RW_TRY(const auto auto_vacuum, connection.query_integer("PRAGMA auto_vacuum"));
  stats.file_bytes = size_of_file(path);
  stats.log_bytes = size_of_file(path + "-wal");
  stats.used_bytes = static_cast<std::uint64_t>((pages - free) * page);
  stats.free_bytes = static_cast<std::uint64_t>(free * page);
  stats.shrinks = auto_vacuum == 2;
  RW_TRY(stats.tables, table_stats(connection));
  for (const TableStats& table : stats.tables) {
    if (table.name == "registry_event" || table.name == "process_event") stats.events += table.rows;
    if (std::ranges::find(kTablesOfEvents, table.name) != std::end(kTablesOfEvents)) {
      stats.event_bytes += table.bytes + table.index_bytes;
    }
  }
  RW_TRY(stats.oldest, time_of(connection, extreme_time("min", "ASC")));
  RW_TRY(stats.newest, time_of(connection, extreme_time("max", "DESC")));
  RW_TRY(stats.upkeep, time_of(connection, "SELECT time FROM upkeep"));
  RW_TRY(stats.swept, time_of(connection, "SELECT swept FROM upkeep"));
  return stats;
}

}  // namespace rw::storage::sqlite
