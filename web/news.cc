#include "web/news.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace rw::web {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes kLongestStream{15};
constexpr std::chrono::seconds kPing{15};
// What a client waits before it comes back.
constexpr std::chrono::milliseconds kRetry{2000};

core::Result<storage::ListPage> newest_of(storage::Reader& reader, storage::Listing listing, std::string column) {
  storage::ListRequest request;
  request.listing = listing;
  request.columns = {std::move(column)};
  request.limit = 1;
  return reader.list(request);
}

std::int64_t integer_in(const storage::ListPage& page, std::size_t column) {
  return page.table.rows.empty() ? 0 : std::get<std::int64_t>(page.table.rows[0][column]);
}

// Of the events in between only the newest is named: whoever wants them asks the lists.
void append_event(std::string& out, std::string_view name, std::int64_t id, std::int64_t count,
                  const NewsPlace& place) {
  out += fmt::format("event: {}\nid: {}\ndata: {{\"id\":{},\"count\":{}}}\n\n", name, format_place(place), id, count);
}

}  // namespace

std::string format_place(const NewsPlace& place) {
  return fmt::format("{}.{}.{}.{}", place.notable, place.risk_event, place.run, place.change);
}

std::optional<NewsPlace> parse_place(std::string_view text) {
  NewsPlace place;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::int64_t* const id : {&place.notable, &place.risk_event, &place.run, &place.change}) {
    if (id != &place.notable) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, *id);
    if (error != std::errc() || *id < 0) return std::nullopt;
    at = next;
  }
  return at == end ? std::optional(place) : std::nullopt;
}

std::string render_news(const NewsPlace& seen, std::uint64_t conditions, const News& now) {
  std::string out;
  const NewsPlace& place = now.place;
  if (place.notable > seen.notable) {
    append_event(out, "notable", place.notable, place.notable - seen.notable, place);
  }
  if (place.change > seen.change) append_event(out, "notable", now.changed_notable, place.change - seen.change, place);
  if (place.risk_event > seen.risk_event) {
    append_event(out, "risk_event", place.risk_event, place.risk_event - seen.risk_event, place);
  }
  if (place.run > seen.run) append_event(out, "run", place.run, place.run - seen.run, place);
  if (conditions != now.conditions) {
    append_event(out, "condition", static_cast<std::int64_t>(now.conditions), 1, place);
  }
  return out;
}

core::Result<News> NewsDesk::current() {
  core::Lock lock(mutex_);
  const auto now = steady_clock::now();
  // A little less than the interval at which each of the watchers asks: else every second look of theirs would be old.
  if (looked_ != steady_clock::time_point{} && now - looked_ < kInterval * 9 / 10) return latest_;
  RW_TRY(latest_, look());
  looked_ = now;
  return latest_;
}

core::Result<News> NewsDesk::look() {
  News news = latest_;
  RW_TRY(ReaderPool::Lease reader, readers_.take());
  RW_TRY(const auto notables, newest_of(*reader, storage::Listing::kNotables, "id"));
  RW_TRY(const auto risk_events, newest_of(*reader, storage::Listing::kRiskEvents, "id"));
  RW_TRY(const auto runs, newest_of(*reader, storage::Listing::kRuns, "id"));
  RW_TRY(const auto changes, newest_of(*reader, storage::Listing::kNotableChanges, "notable"));
  news.place = {.notable = integer_in(notables, 0),
                .risk_event = integer_in(risk_events, 0),
                .run = integer_in(runs, 0),
                .change = integer_in(changes, 0)};
  news.changed_notable = integer_in(changes, 1);

  std::vector<std::string> conditions;
  if (health_ != nullptr) {
    for (const scheduler::HealthCondition& condition : health_->current()) {
      conditions.push_back(fmt::format("{} {}", condition.condition, condition.subject));
    }
  }
  if (conditions != conditions_) {
    conditions_ = std::move(conditions);
    ++news.conditions;
  }
  return news;
}

std::shared_ptr<NewsDesk::Watcher> NewsDesk::watch() {
  std::size_t watching = watchers_.load();
  while (watching < kMostWatchers) {
    if (watchers_.compare_exchange_weak(watching, watching + 1)) return std::make_shared<Watcher>(*this);
  }
  return nullptr;
}

NewsDesk::Watcher::~Watcher() { --desk_.watchers_; }

bool NewsDesk::Watcher::send(std::optional<NewsPlace> from, const std::function<bool()>& may_watch,
                             http::BodySink& sink) {
  core::Result<News> news = desk_.current();
  if (!news.ok()) return false;
  NewsPlace seen = from.value_or(news->place);
  // Of another store, or one that was restored from a backup: what it says of ours is nothing.
  const NewsPlace& place = news->place;
  if (seen.notable > place.notable || seen.risk_event > place.risk_event || seen.run > place.run ||
      seen.change > place.change) {
    seen = place;
  }
  std::uint64_t conditions = news->conditions;
  const auto begin = steady_clock::now();
  auto sent = begin;
  std::string out = fmt::format("retry: {}\n\n", kRetry.count());
  out += render_news(seen, conditions, *news);
  out += fmt::format("event: ping\nid: {}\ndata: {{}}\n\n", format_place(place));
  seen = place;
  while (steady_clock::now() - begin < kLongestStream) {
    if (!out.empty()) {
      if (!sink.write(out)) return false;
      sent = steady_clock::now();
      out.clear();
    }
    if (!sink.wait(kInterval)) return false;
    if (!may_watch()) return true;
    news = desk_.current();
    if (!news.ok()) {
      if (news.error().code == core::ErrorCode::kCancelled) return false;  // the daemon stops
      continue;
    }
    out = render_news(seen, conditions, *news);
    seen = news->place;
    conditions = news->conditions;
    if (out.empty() && steady_clock::now() - sent >= kPing) {
      out = fmt::format("event: ping\nid: {}\ndata: {{}}\n\n", format_place(seen));
    }
  }
  return true;
}

}  // namespace rw::web
