#include "web/searches.h"

#include <functional>
#include <utility>

#include "fixture.h"

using namespace rw;
using namespace rw::web;
using namespace rw::web::test;

namespace {

// Calls `on_open` before it opens a reader, or fails.
class WatchedStore final : public storage::Store {
 public:
  core::Result<std::unique_ptr<storage::WriteSession>> open_writer() override { return inner_->open_writer(); }
  core::Result<std::unique_ptr<storage::Reader>> open_reader() override {
    on_open();
    if (fail) return core::Error{core::ErrorCode::kIo, "the disk is gone"};
    return inner_->open_reader();
  }
  const storage::Dialect& dialect() const override { return inner_->dialect(); }

  std::function<void()> on_open = [] {};
  bool fail = false;

 private:
  TempDir dir_;
  std::unique_ptr<storage::Store> inner_ = storage::sqlite::open({.data_dir = dir_.path()}).value();
};

SearchEntry entry(std::string id) {
  return {std::move(id), "| makeresults", {at("2026-10-11T11:00:00Z"), at(kNow)}, at(kNow)};
}

bool is_cancelled(storage::Reader& reader) {
  const auto answer = reader.query({"SELECT 1", {}}, {});
  return !answer.ok() && answer.error().code == core::ErrorCode::kCancelled;
}

std::string ids(const RunningSearches& searches) {
  std::string text;
  for (const SearchEntry& each : searches.list()) text += each.id + " ";
  return text;
}

}  // namespace

TEST_CASE("a search is listed from its begin to its end") {
  WatchedStore store;
  RunningSearches searches(store);
  {
    RunningSearch first = searches.begin(entry("a")).value();
    CHECK(first.id() == "a");
    const RunningSearch second = searches.begin(entry("b")).value();
    CHECK(ids(searches) == "a b ");
    const SearchEntry listed = searches.list().front();
    CHECK(listed.search == "| makeresults");
    CHECK(listed.window == cim::Window{at("2026-10-11T11:00:00Z"), at(kNow)});
    CHECK(listed.started == at(kNow));
    CHECK_FALSE(is_cancelled(first.reader()));
    CHECK(first.finish() == SearchEnd::kNothing);
    CHECK(ids(searches) == "b ");
  }
  CHECK(ids(searches).empty());
}

TEST_CASE("a search without an id is given one of its own") {
  WatchedStore store;
  RunningSearches searches(store);
  const RunningSearch first = searches.begin(entry("")).value();
  const RunningSearch second = searches.begin(entry("")).value();
  CHECK(std::regex_match(first.id(), std::regex("[0-9a-f]{16}")));
  CHECK(first.id() != second.id());
  CHECK(ids(searches) == first.id() + " " + second.id() + " ");
}

TEST_CASE("an id is that of one search at a time") {
  WatchedStore store;
  RunningSearches searches(store);
  {
    const RunningSearch first = searches.begin(entry("a")).value();
    CHECK(searches.begin(entry("a")).error() == core::Error{core::ErrorCode::kInvalidInput,
                                                            "a search with the id 'a' is running",
                                                            "choose another, or leave it out"});
    CHECK(ids(searches) == "a ");
  }
  CHECK(searches.begin(entry("a")).ok());
}

TEST_CASE("only so many searches run at a time") {
  WatchedStore store;
  RunningSearches searches(store);
  std::vector<RunningSearch> running;
  for (const char* id : {"a", "b", "c", "d"}) running.push_back(searches.begin(entry(id)).value());
  CHECK(searches.begin(entry("e")).error() == core::Error{core::ErrorCode::kBusy,
                                                          "4 searches are running, as many as may",
                                                          "wait, or cancel one of GET /api/v1/searches"});
  CHECK(searches.begin(entry("a")).error().code == core::ErrorCode::kInvalidInput);
  // One that is cancelled keeps its place until it has ended.
  CHECK(searches.cancel("b"));
  CHECK(searches.begin(entry("e")).error().code == core::ErrorCode::kBusy);
  running.pop_back();
  CHECK(searches.begin(entry("e")).ok());
}

TEST_CASE("whoever cancels a search is told the truth") {
  WatchedStore store;
  RunningSearches searches(store);
  RunningSearch first = searches.begin(entry("a")).value();
  RunningSearch second = searches.begin(entry("b")).value();
  CHECK_FALSE(searches.cancel("c"));
  CHECK_FALSE(searches.cancel(""));
  CHECK(searches.cancel("a"));
  CHECK(searches.cancel("a"));
  CHECK(is_cancelled(first.reader()));
  CHECK_FALSE(is_cancelled(second.reader()));
  CHECK(first.finish() == SearchEnd::kCancel);
  CHECK(first.finish() == SearchEnd::kNothing);
  CHECK_FALSE(searches.cancel("a"));
  CHECK(second.finish() == SearchEnd::kNothing);
}

TEST_CASE("a search that is cancelled while its reader is being opened never reads") {
  WatchedStore store;
  RunningSearches searches(store);
  bool cancelled = false;
  store.on_open = [&] { cancelled = searches.cancel("a"); };
  RunningSearch search = searches.begin(entry("a")).value();
  CHECK(cancelled);
  CHECK(is_cancelled(search.reader()));
  CHECK(search.finish() == SearchEnd::kCancel);
}

TEST_CASE("a search whose reader cannot be opened is none") {
  WatchedStore store;
  RunningSearches searches(store);
  store.fail = true;
  CHECK(searches.begin(entry("a")).error() == core::Error{core::ErrorCode::kIo, "the disk is gone"});
  CHECK(ids(searches).empty());
  store.fail = false;
  CHECK(searches.begin(entry("a")).ok());
}

TEST_CASE("after the shutdown no search runs, and none begins") {
  WatchedStore store;
  RunningSearches searches(store);
  RunningSearch first = searches.begin(entry("a")).value();
  RunningSearch second = searches.begin(entry("b")).value();
  CHECK(searches.cancel("b"));
  store.on_open = [&] { searches.shut_down(); };  // in the middle of a begin
  RunningSearch third = searches.begin(entry("c")).value();
  CHECK(is_cancelled(first.reader()));
  CHECK(is_cancelled(third.reader()));
  CHECK(first.finish() == SearchEnd::kShutdown);
  CHECK(second.finish() == SearchEnd::kCancel);  // that came first, and was promised
  CHECK(third.finish() == SearchEnd::kShutdown);
  CHECK(searches.begin(entry("d")).error() == core::Error{core::ErrorCode::kCancelled, "the daemon is stopping"});
}
