// The searches that users run over the API just now: listed, cancelled by their id, and few at a time. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/mutex.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "storage/store.h"

namespace rw::web {

struct SearchEntry {
  std::string id;      // empty: one is chosen
  std::string search;  // SPL
  cim::Window window;
  core::Micros started;
};

// What was asked of a search before it was over.
enum class SearchEnd { kNothing, kCancel, kShutdown };

class RunningSearches;

// A search from its begin to its answer, with a reader of its own: one that was cancelled is of no further use. Belongs
// to the thread that began it, and ends before the RunningSearches.
class RunningSearch {
 public:
  RunningSearch(RunningSearches& all, std::string id, std::unique_ptr<storage::Reader> reader)
      : all_(&all), id_(std::move(id)), reader_(std::move(reader)) {}
  ~RunningSearch() { finish(); }
  RunningSearch(RunningSearch&& other) noexcept
      : all_(std::exchange(other.all_, nullptr)), id_(std::move(other.id_)), reader_(std::move(other.reader_)) {}
  RunningSearch& operator=(RunningSearch&&) = delete;

  const std::string& id() const { return id_; }
  storage::Reader& reader() { return *reader_; }

  // Takes it off the list: from here on nobody can cancel it. Whoever was told that it is cancelled is told the truth:
  // then kCancel comes back, even though its rows may be there. A second call says kNothing.
  SearchEnd finish();

 private:
  RunningSearches* all_;
  std::string id_;
  std::unique_ptr<storage::Reader> reader_;
};

class RunningSearches {
 public:
  // The API's other half of threads (http::ServerOptions::threads) is for lists and the page.
  static constexpr std::size_t kMostAtATime = 4;

  // The store outlives the searches.
  explicit RunningSearches(storage::Store& store) : store_(store) {}

  // Errors: InvalidInput (a search with this id runs), Busy (as many run as may), Cancelled (after shut_down()), those
  // of Store::open_reader.
  core::Result<RunningSearch> begin(SearchEntry entry);
  // Its queries end with Cancelled. False: none with this id runs.
  bool cancel(std::string_view id);
  // Cancels all, and all that would begin.
  void shut_down();
  // In the order in which they began.
  std::vector<SearchEntry> list() const;

 private:
  friend class RunningSearch;

  struct Running {
    SearchEntry entry;
    storage::Reader* reader = nullptr;  // nullptr: still being opened
    SearchEnd asked = SearchEnd::kNothing;
  };

  Running* find(std::string_view id) RW_REQUIRES(mutex_);
  static void ask(Running& running, SearchEnd end);
  SearchEnd remove(std::string_view id);

  storage::Store& store_;
  mutable core::Mutex mutex_;
  std::vector<Running> running_ RW_GUARDED_BY(mutex_);
  bool shut_down_ RW_GUARDED_BY(mutex_) = false;
};

}  // namespace rw::web
