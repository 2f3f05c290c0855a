// The outbox as the store keeps it.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/edits.h"
#include "storage/sqlite/store.h"
#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

class OutboxStore {
 public:
  OutboxStore() {
    std::string name = (std::filesystem::temp_directory_path() / "regwarden_outbox_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    dir_ = name;
    store_ = storage::sqlite::open({.data_dir = dir_.string()}).value();
    session_ = store_->open_writer().value();
    reader_ = store_->open_reader().value();
  }
  ~OutboxStore() {
    reader_.reset();
    session_.reset();
    store_.reset();
    std::filesystem::remove_all(dir_);
  }
  OutboxStore(const OutboxStore&) = delete;
  OutboxStore& operator=(const OutboxStore&) = delete;

  std::uint64_t write(storage::Edits edits) {
    storage::Batch batch;
    batch.edits = std::make_shared<const storage::Edits>(std::move(edits));
    return session_->commit({&batch, 1}).value().front().edited;
  }
  // The values of a column, newest first.
  std::vector<storage::Value> column(storage::Listing listing, std::string_view name) {
    storage::ListRequest request;
    request.listing = listing;
    request.limit = 1000;
    std::vector<storage::Value> values;
    do {
      const storage::ListPage page = reader_->list(request).value();
      const auto& columns = page.table.columns;
      const auto at = static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
      REQUIRE(at < columns.size());
      for (const auto& row : page.table.rows) values.push_back(row[at]);
      request.after = page.next;
    } while (request.after);
    return values;
  }

 private:
  std::filesystem::path dir_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::WriteSession> session_;
  std::unique_ptr<storage::Reader> reader_;
};

storage::Edits cursor(std::int64_t notable, std::int64_t risk_event, bool gone = false) {
  storage::Edits edits;
  edits.notify_cursors.push_back({"soc", test::at("2026-10-11T12:00:00Z"), notable, risk_event, gone});
  return edits;
}

storage::Notification row(const std::string& key, const std::string& state) {
  storage::Notification row;
  row.key = key;
  row.created = test::at("2026-10-11T12:00:00Z");
  row.channel = "soc";
  row.kind = "notables";
  row.findings = 1;
  row.ids = "1-1";
  row.state = state;
  return row;
}

using Values = std::vector<storage::Value>;

}  // namespace

TEST_CASE("a cursor moves on alone, for each kind") {
  OutboxStore store;
  CHECK(store.write(cursor(5, 7)) == 1);
  store.write(cursor(4, 9));
  CHECK(store.column(storage::Listing::kNotifyChannels, "notable") == Values{std::int64_t{5}});
  CHECK(store.column(storage::Listing::kNotifyChannels, "risk_event") == Values{std::int64_t{9}});
  CHECK(store.write(cursor(0, 0, true)) == 1);
  CHECK(store.column(storage::Listing::kNotifyChannels, "channel").empty());
}

TEST_CASE("a message is one row, whatever becomes of it") {
  OutboxStore store;
  storage::Edits edits;
  edits.notifications = {row("msg_1", "waiting"), row("msg_2", "waiting")};
  CHECK(store.write(edits) == 2);
  storage::Notification sent = row("msg_1", "sent");
  sent.attempts = 2;
  sent.sent = test::at("2026-10-11T12:05:00Z");
  edits.notifications = {sent};
  store.write(edits);
  CHECK(store.column(storage::Listing::kNotifications, "state") == Values{std::string("waiting"), std::string("sent")});
  CHECK(store.column(storage::Listing::kNotifications, "attempts") == Values{std::int64_t{0}, std::int64_t{2}});
  CHECK(store.column(storage::Listing::kNotifications, "error") == Values{storage::Value(), storage::Value()});
}

TEST_CASE("a message that was lost waits again, and is noted; any other stays as it is") {
  OutboxStore store;
  storage::Edits edits;
  const char* const states[] = {"waiting", "sent", "failed", "given_up", "skipped"};
  for (const char* const state : states) edits.notifications.push_back(row(state, state));
  store.write(std::move(edits));
  const core::Micros now = test::at("2026-10-11T13:00:00Z");
  std::uint64_t changed = 0;
  for (std::int64_t id = 1; id <= 6; ++id) {
    storage::Edits retry;
    retry.retries = {{id, now}};
    retry.audit.push_back(
        {.time = now, .actor = "user ann", .peer = "", .action = "retry", .object = "", .detail = ""});
    changed += store.write(std::move(retry));
  }
  CHECK(changed == 2);
  const storage::Value waiting = std::string("waiting");
  CHECK(store.column(storage::Listing::kNotifications, "state") ==
        Values{std::string("skipped"), waiting, waiting, std::string("sent"), waiting});
  CHECK(store.column(storage::Listing::kNotifications, "next_attempt") ==
        Values{storage::Value(), core::to_us(now), core::to_us(now), storage::Value(), storage::Value()});
  CHECK(store.column(storage::Listing::kAudit, "action").size() == 2);
}

TEST_CASE("of messages that do not wait the newest are kept") {
  OutboxStore store;
  storage::Edits edits;
  edits.notifications.push_back(row("waits", "waiting"));
  edits.notifications.push_back(row("oldest", "failed"));
  for (std::int64_t i = 0; i < storage::kKeptNotifications; ++i) {
    edits.notifications.push_back(row("msg_" + std::to_string(i), "sent"));
  }
  store.write(edits);
  const Values keys = store.column(storage::Listing::kNotifications, "key");
  REQUIRE(keys.size() == static_cast<std::size_t>(storage::kKeptNotifications) + 1);
  CHECK(keys.back() == storage::Value(std::string("waits")));
  CHECK(keys[keys.size() - 2] == storage::Value(std::string("msg_0")));
}

}  // namespace rw::notify
