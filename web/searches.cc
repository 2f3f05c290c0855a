#include "web/searches.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace rw::web {
namespace {

std::string random_id() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace

SearchEnd RunningSearch::finish() {
  RunningSearches* const all = std::exchange(all_, nullptr);
  return all == nullptr ? SearchEnd::kNothing : all->remove(id_);
}

core::Result<RunningSearch> RunningSearches::begin(SearchEntry entry) {
  std::string id;
  {
    core::Lock lock(mutex_);
    if (shut_down_) return core::Error{core::ErrorCode::kCancelled, "the daemon is stopping"};
    if (entry.id.empty()) {
      do entry.id = random_id();
      while (find(entry.id) != nullptr);
    } else if (find(entry.id) != nullptr) {
      return core::Error{core::ErrorCode::kInvalidInput, fmt::format("a search with the id '{}' is running", entry.id),
                         "choose another, or leave it out"};
    }
    if (running_.size() >= kMostAtATime) {
      return core::Error{core::ErrorCode::kBusy, fmt::format("{} searches are running, as many as may", kMostAtATime),
                         "wait, or cancel one of GET /api/v1/searches"};
    }
    id = entry.id;
    running_.push_back({std::move(entry)});
  }
  // Its place is taken; no lock is held while the store is asked.
  core::Result<std::unique_ptr<storage::Reader>> reader = store_.open_reader();
  if (!reader.ok()) {
    remove(id);
    return std::move(reader).error();
  }
  {
    core::Lock lock(mutex_);
    Running& running = *find(id);
    running.reader = reader->get();
    if (running.asked != SearchEnd::kNothing) running.reader->cancel();
  }
  return RunningSearch(*this, std::move(id), std::move(reader).value());
}

bool RunningSearches::cancel(std::string_view id) {
  core::Lock lock(mutex_);
  Running* const running = find(id);
  if (running == nullptr) return false;
  ask(*running, SearchEnd::kCancel);
  return true;
}

void RunningSearches::shut_down() {
  core::Lock lock(mutex_);
  shut_down_ = true;
  for (Running& running : running_) ask(running, SearchEnd::kShutdown);
}

std::vector<SearchEntry> RunningSearches::list() const {
  core::Lock lock(mutex_);
  std::vector<SearchEntry> entries;
  for (const Running& running : running_) entries.push_back(running.entry);
  return entries;
}

RunningSearches::Running* RunningSearches::find(std::string_view id) {
  const auto found =
      std::ranges::find(running_, id, [](const Running& running) -> std::string_view { return running.entry.id; });
  return found == running_.end() ? nullptr : &*found;
}

// The first who asks is told to have been heard.
void RunningSearches::ask(Running& running, SearchEnd end) {
  if (running.asked == SearchEnd::kNothing) running.asked = end;
  if (running.reader != nullptr) running.reader->cancel();
}

SearchEnd RunningSearches::remove(std::string_view id) {
  core::Lock lock(mutex_);
  const Running* const running = find(id);
  const SearchEnd asked = running->asked;
  std::erase_if(running_, [&](const Running& each) { return each.entry.id == id; });
  return asked;
}

}  // namespace rw::web
