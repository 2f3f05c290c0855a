#include "storage/sqlite/row_feed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <new>
#include <string>

namespace rw::storage::sqlite {

// Where a running statement is in its rows. SQLite asks for the next row when it is done with the one before: then the
// last inserted id tells whether that was inserted.
struct RowFeedCursor {
  sqlite3_vtab_cursor base{};
  RowFeed* feed = nullptr;
  std::size_t at = 0;  // of the row's first cell
  sqlite3_int64 last_id = 0;

  void begin(RowFeed* rows) {
    feed = rows;
    at = 0;
    last_id = 0;
    feed->ids_.clear();
    sqlite3_set_last_insert_rowid(feed->db_, 0);
  }
  bool at_end() const { return at >= feed->cells_.size(); }
  void next() {
    const sqlite3_int64 id = sqlite3_last_insert_rowid(feed->db_);
    feed->ids_.push_back(id == last_id ? 0 : id);
    last_id = id;
    at += feed->columns_;
  }
  void give(int column, sqlite3_context* context) const {
    const RowFeed::Cell& cell = feed->cells_[at + static_cast<std::size_t>(column)];
    if (cell.text == nullptr) {
      sqlite3_result_int64(context, cell.number_or_size);
    } else if (cell.text != &RowFeed::kNull) {
      sqlite3_result_text(context, cell.text, static_cast<int>(cell.number_or_size), SQLITE_STATIC);
    }
  }
};

namespace {

constexpr const char* kPointerType = "rw_rows";

RowFeedCursor* feed_cursor(sqlite3_vtab_cursor* cursor) { return reinterpret_cast<RowFeedCursor*>(cursor); }

int connect_feed(sqlite3* db, void*, int, const char* const*, sqlite3_vtab** table, char**) {
  std::string columns;
  for (int i = 0; i < RowFeed::kMostColumns; ++i) columns += fmt::format("c{}, ", i);
  const std::string schema = fmt::format("CREATE TABLE rw_rows ({}feed HIDDEN)", columns);
  if (const int code = sqlite3_declare_vtab(db, schema.c_str()); code != SQLITE_OK) return code;
  *table = new (std::nothrow) sqlite3_vtab();
  return *table == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int disconnect_feed(sqlite3_vtab* table) {
  delete table;
  return SQLITE_OK;
}

int plan_feed(sqlite3_vtab*, sqlite3_index_info* info) {
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn != RowFeed::kMostColumns || constraint.usable == 0) continue;
    info->aConstraintUsage[i] = {.argvIndex = 1, .omit = 1};
    return SQLITE_OK;
  }
  return SQLITE_CONSTRAINT;
}

int open_feed(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  auto* opened = new (std::nothrow) RowFeedCursor();
  if (opened == nullptr) return SQLITE_NOMEM;
  *cursor = &opened->base;
  return SQLITE_OK;
}

int close_feed(sqlite3_vtab_cursor* cursor) {
  delete feed_cursor(cursor);
  return SQLITE_OK;
}

int filter_feed(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value** values) {
  auto* feed = static_cast<RowFeed*>(sqlite3_value_pointer(values[0], kPointerType));
  if (feed == nullptr) return SQLITE_MISUSE;
  feed_cursor(cursor)->begin(feed);
  return SQLITE_OK;
}

int next_of_feed(sqlite3_vtab_cursor* cursor) {
  feed_cursor(cursor)->next();
  return SQLITE_OK;
}

int is_feed_at_end(sqlite3_vtab_cursor* cursor) { return feed_cursor(cursor)->at_end() ? 1 : 0; }

int column_of_feed(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  feed_cursor(cursor)->give(column, context);
  return SQLITE_OK;
}

int rowid_of_feed(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(feed_cursor(cursor)->at);
  return SQLITE_OK;
}

sqlite3_module feed_module() {
  sqlite3_module module{};
  module.xConnect = connect_feed;
  module.xDisconnect = disconnect_feed;
  module.xBestIndex = plan_feed;
  module.xOpen = open_feed;
  module.xClose = close_feed;
  module.xFilter = filter_feed;
  module.xNext = next_of_feed;
  module.xEof = is_feed_at_end;
  module.xColumn = column_of_feed;
  module.xRowid = rowid_of_feed;
  return module;
}

}  // namespace

core::Result<void> RowFeed::enable(Connection& connection) {
  static const sqlite3_module kModule = feed_module();
  if (sqlite3_create_module(connection.raw(), "rw_rows", &kModule, nullptr) == SQLITE_OK) return {};
  return error_of(connection.raw(), "rw_rows");
}

core::Result<void> RowFeed::prepare(Connection& connection, std::string_view table, std::string_view columns,
                                    Conflict conflict) {
  db_ = connection.raw();
  columns_ = 1 + static_cast<std::size_t>(std::ranges::count(columns, ','));
  RW_ASSERT(columns_ <= static_cast<std::size_t>(kMostColumns));
  std::vector<std::string> given;
  for (std::size_t i = 0; i < columns_; ++i) given.push_back(fmt::format("c{}", i));
  RW_TRY(insert_, connection.prepare(fmt::format("INSERT INTO {} ({}) SELECT {} FROM rw_rows(?1) WHERE true{}", table,
                                                 columns, fmt::join(given, ", "),
                                                 conflict == Conflict::kSkip ? " ON CONFLICT DO NOTHING" : "")));
  return {};
}

core::Result<void> RowFeed::insert() {
  ids_.clear();
  if (cells_.empty()) return {};
  RW_ASSERT(cells_.size() % columns_ == 0);
  const std::size_t rows = cells_.size() / columns_;
  insert_.bind_pointer(1, this, kPointerType);
  const core::Result<void> inserted = insert_.run();
  cells_.clear();
  RW_CHECK(inserted);
  const std::size_t added = rows - static_cast<std::size_t>(std::ranges::count(ids_, 0));
  if (ids_.size() != rows || added != static_cast<std::size_t>(sqlite3_changes64(db_))) {
    // SQLite inserts each row before it asks for the next, but where a trigger might get between.
    return core::Error{core::ErrorCode::kInternal, "the ids of inserted rows are not known",
                       "remove triggers that were added to the database"};
  }
  return {};
}

}  // namespace rw::storage::sqlite
