// The seam between regwarden and a storage engine: one Store per data directory, one WriteSession on one thread, any
// number of Readers, each on one thread. storage/sqlite is the engine that ships.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "storage/access.h"
#include "storage/batch.h"
#include "storage/dialect.h"
#include "storage/late.h"
#include "storage/query.h"
#include "storage/retention.h"
#include "storage/sieve.h"
#include "storage/source.h"
#include "storage/upkeep.h"

namespace rw::storage {

class WriteSession {
 public:
  virtual ~WriteSession() = default;

  // Writes all batches in one transaction; durable when it returns (survives power loss). One outcome per batch.
  // Errors: Busy, Io (disk full, …): nothing was written, worth trying again; Internal, InvalidInput: never will be.
  virtual core::Result<std::vector<CommitOutcome>> commit(std::span<const Batch> batches) = 0;

  // Between commits: one small step, tens of milliseconds, of what the store does for itself; nothing where it has
  // nothing to do. Errors: as commit(); the next call goes on.
  virtual core::Result<UpkeepStep> keep_up(core::Micros /*now*/) { return UpkeepStep{}; }

  // How long is kept what keep_up() deletes, from the next round on; nothing where the store keeps all.
  virtual void set_retention(const Retention& /*retention*/) {}

  // To be called after a commit or a step of upkeep, when nobody waits for it any more: moves what was committed from
  // the log of the store to its place, where that is due. Errors: Io; nothing is lost, but the log grows until it works
  // again.
  virtual core::Result<void> checkpoint() { return {}; }
};

// What the API lists, with the columns of storage/listing.h; "time" is the one that windows use.
enum class Listing {
  kRiskEvents,
  kNotables,
  kRuns,
  kRegistryEvents,
  kProcessEvents,
  kRejected,
  kSources,
  kNotableChanges,
  kAudit,
  kTokens,
  kUsers,
  kNotifications,
  kNotifyChannels
};

// By which column a list is sorted; rows of one value by their ids, in the same direction.
struct ListOrder {
  std::string column = "id";  // one of sortable_columns()
  bool descending = true;
};

// Where a list goes on: after the row with this id, whose sorted column has this value (null: it is sorted by ids).
struct ListPlace {
  Value value;
  std::int64_t id = 0;
};

// column = value, compared without case; `*` in the value is a wildcard. A time compares as its RFC 3339 text,
// a boolean as "true" or "false". All must hold; unknown columns are an error.
using ColumnFilters = std::vector<std::pair<std::string, std::string>>;

struct ListRequest {
  Listing listing = Listing::kRiskEvents;
  std::optional<core::Micros> earliest;  // time >= earliest
  std::optional<core::Micros> latest;    // time < latest
  ColumnFilters filters;
  std::optional<std::int64_t> id;  // just this one
  ListOrder order;
  std::optional<ListPlace> after;    // the cursor
  std::vector<std::string> columns;  // to read, besides the id; none: all
  int limit = 100;
};

// A page in the order asked for. The column "id" comes first; times are microseconds.
// Columns whose values are JSON texts are named in json_columns, those that are 0 or 1 in boolean_columns.
struct ListPage {
  Table table;
  std::vector<std::string> time_columns;
  std::vector<std::string> json_columns;
  std::vector<std::string> boolean_columns;
  std::optional<ListPlace> next;  // set when there is more
};

// How many rows of a listing there are, for each combination of values of some columns, and each bucket of time.
struct TallyRequest {
  Listing listing = Listing::kRiskEvents;
  std::optional<core::Micros> earliest = std::nullopt;  // time >= earliest
  std::optional<core::Micros> latest = std::nullopt;    // time < latest
  ColumnFilters filters = {};
  std::vector<std::string> by = {};  // of tally_columns(), at most kMostTallyColumns; none: all rows together
  std::string sum = {};              // a column of numbers that is summed, too; empty: none
  // The begins of the buckets, ascending: a row is in that of the last one that is not after its time. None: no
  // buckets. Rows before the first are left out.
  std::vector<core::Micros> buckets = {};
};
inline constexpr std::size_t kMostTallyColumns = 4;
inline constexpr std::size_t kMostTallyGroups = 100'000;

struct TallyGroup {
  std::optional<core::Micros> bucket = std::nullopt;
  std::vector<Value> values = {};  // of the columns in `by`, in their order
  std::int64_t count = 0;
  std::int64_t sum = 0;
  // Not set where events are counted, which are too many to look at each.
  core::Micros first = {};     // times of its rows: the earliest
  core::Micros last = {};      // and the latest
  std::int64_t newest_id = 0;  // of its rows
};

// The latest scheduled run of a detection.
struct LastRun {
  core::Micros scheduled_time;
  std::string status;  // as cim::run_status_name
  std::int64_t result_count = 0;
  std::string error;  // empty unless failed or missed
};

// How far a detection is served.
struct LedgerEntry {
  std::string detection_id;
  core::Micros served_until;  // its latest scheduled run, whatever the status; before the first one, when it was seen
  std::optional<LastRun> last_run = std::nullopt;
};

// Takes the rows of a search one by one; an error ends the search and is its result.
using RowSink = std::function<core::Result<void>(std::vector<Value> row)>;

struct SearchLimits {
  std::int64_t max_rows = 100'000;
  std::chrono::milliseconds timeout = std::chrono::minutes(5);
  std::size_t max_bytes = std::size_t{64} * 1024 * 1024;  // memory for the rows that are kept, each step's

  friend bool operator==(const SearchLimits&, const SearchLimits&) = default;
};

class Reader {
 public:
  virtual ~Reader() = default;

  // Runs a search. Errors: Limit (rows, memory, time), Cancelled (cancel() was called), Internal (bad SQL: a bug).
  virtual core::Result<Table> query(const Query& query, const SearchLimits& limits) = 0;

  // The same without a limit on rows: for the caller who keeps few of many. A single value has a limit all the same.
  // Errors: also those of the sink.
  virtual core::Result<void> scan(const Query& query, std::chrono::milliseconds timeout, const RowSink& sink) = 0;

  // For ticks of many searches with these filters; it keeps what it learns from tick to tick. Errors: as scan().
  virtual core::Result<std::unique_ptr<Sieve>> open_sieve(std::vector<Filter> filters) = 0;

  // A page ends before its limit where its rows are large. Errors: InvalidInput (unknown column), those of scan().
  virtual core::Result<ListPage> list(const ListRequest& request) = 0;

  // In no order. Errors: as list(); Limit, more than kMostTallyGroups groups.
  virtual core::Result<std::vector<TallyGroup>> tally(const TallyRequest& request) = 0;

  // One entry for every detection that was ever seen (see cim::DetectionSince).
  virtual core::Result<std::vector<LedgerEntry>> ledger() = 0;

  // Every host that sends, in the order of names. Errors: as scan().
  virtual core::Result<std::vector<HostSeen>> hosts() = 0;

  // What it takes to know who asks. Errors: as scan().
  virtual core::Result<AccessState> access() = 0;

  // The oldest minutes with late events, at most `limit`. Errors: as scan().
  virtual core::Result<std::vector<LateSpan>> late_spans(std::size_t limit) = 0;

  // The scheduled runs that have searched (none that are missed) and whose windows share an instant with `span`, in the
  // order of their scheduled times. Errors: as scan().
  virtual core::Result<std::vector<SearchedWindow>> searched_windows(const cim::Window& span) = 0;

  // From any thread: ends the running query and every later one with Cancelled. The reader is of no further use: were
  // it not final, a search of several queries could slip through between two of them.
  virtual void cancel() = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  // One at a time in this process.
  virtual core::Result<std::unique_ptr<WriteSession>> open_writer() = 0;
  virtual core::Result<std::unique_ptr<Reader>> open_reader() = 0;
  virtual const Dialect& dialect() const = 0;
};

}  // namespace rw::storage
