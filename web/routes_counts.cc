#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "web/buckets.h"
#include "web/parameters.h"
#include "web/render.h"
#include "web/routes.h"

namespace rw::web {
namespace {

using storage::Listing;
using storage::TallyGroup;

const ListSpec kCountedLists[] = {
    {"risk-events", Listing::kRiskEvents},
    {"notables", Listing::kNotables},
    {"events/registry", Listing::kRegistryEvents, "_time"},
    {"events/processes", Listing::kProcessEvents, "_time"},
    {"runs", Listing::kRuns},
    {"rejected", Listing::kRejected},
};

// The time of its first row; unset: it has none.
core::Result<std::optional<core::Micros>> first_time(storage::Reader& reader, Listing listing) {
  storage::ListRequest request;
  request.listing = listing;
  request.order = {.column = "time", .descending = false};
  request.columns = {"time"};
  request.limit = 1;
  RW_TRY(const storage::ListPage page, reader.list(request));
  if (page.table.rows.empty()) return std::optional<core::Micros>();
  return std::optional(core::from_us(std::get<std::int64_t>(page.table.rows[0][1])));
}

// Those of the groups whose rows are most, all buckets together, and these in the order of time, most first.
std::vector<TallyGroup> largest(std::vector<TallyGroup> groups, std::size_t limit) {
  std::map<std::vector<storage::Value>, std::int64_t> totals;
  for (const TallyGroup& group : groups) totals[group.values] += group.count;
  if (totals.size() > limit) {
    std::vector<std::pair<std::int64_t, const std::vector<storage::Value>*>> order;
    for (const auto& [values, total] : totals) order.emplace_back(-total, &values);
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(limit);
    std::ranges::sort(order, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : *a.second < *b.second;
    });
    std::map<std::vector<storage::Value>, std::int64_t> kept;
    for (auto it = order.begin(); it != end; ++it) kept.emplace(*it->second, -it->first);
    std::erase_if(groups, [&](const TallyGroup& group) { return !kept.contains(group.values); });
  }
  std::ranges::sort(groups, [](const TallyGroup& a, const TallyGroup& b) {
    if (a.bucket != b.bucket) return a.bucket < b.bucket;
    return a.count != b.count ? a.count > b.count : a.values < b.values;
  });
  return groups;
}

Json item_of(const TallyGroup& group, const storage::TallyRequest& tally) {
  Json item = Json::object();
  if (group.bucket) item["time"] = core::format_rfc3339(*group.bucket);
  for (std::size_t i = 0; i < group.values.size(); ++i) {
    if (!group.values[i].is_null()) item[tally.by[i]] = render_value(group.values[i]);
  }
  item["count"] = group.count;
  if (!tally.sum.empty()) item["sum"] = group.sum;
  return item;
}

}  // namespace

Answer get_counts(const Context& context, const http::Request& request) {
  const auto* const spec =
      std::ranges::find(kCountedLists, request.path_parameters.at(0), [](const ListSpec& s) { return s.name; });
  if (spec == std::end(kCountedLists)) return core::Error{core::ErrorCode::kNotFound, "there is no such list"};
  const core::Micros now = context.sources.clock.now();
  RW_TRY(TallyParameters parameters, parse_tally_parameters(request, *spec, now, context.sources.zone));
  storage::TallyRequest& tally = parameters.tally;
  RW_TRY(ReaderPool::Lease reader, context.readers.take());

  if (parameters.auto_span || parameters.span) {
    const core::Micros latest = tally.latest.value_or(now);
    std::optional<core::Micros> earliest = tally.earliest;
    if (!earliest) {
      RW_TRY(earliest, first_time(*reader, spec->listing));
    }
    if (!earliest || *earliest >= latest) earliest = latest - std::chrono::hours(24);
    if (parameters.auto_span) parameters.span = auto_span(*earliest, latest);
    RW_TRY(tally.buckets, bucket_begins(*earliest, latest, *parameters.span, context.sources.zone));
  }
  RW_TRY(std::vector<TallyGroup> groups, reader->tally(tally));

  Json body = Json::object();
  body["span_seconds"] = parameters.span ? Json(parameters.span->count()) : Json(nullptr);
  if (parameters.span) {
    Json& buckets = body["buckets"] = Json::array();
    for (const core::Micros begin : tally.buckets) buckets.push_back(core::format_rfc3339(begin));
  }
  std::int64_t total = 0;
  for (const TallyGroup& group : groups) total += group.count;
  body["total"] = total;
  Json& items = body["items"] = Json::array();
  for (const TallyGroup& group : largest(std::move(groups), parameters.limit)) items.push_back(item_of(group, tally));
  return json_response(body);
}

}  // namespace rw::web
