// Any text as "LIST?QUERY", its parameters not decoded: they are refused with a reason, or all that they ask for is
// what the list has and within the limits. A cursor that is taken is the one that is made of the place; a place made of
// the values comes back from its cursor, and from no other list's, nor from a cursor that was changed.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/listing.h"
#include "web/cursor.h"
#include "web/parameters.h"

namespace {

using namespace rw;

constexpr core::Micros kNow = core::from_us(1'791'749'655'000'000);

const web::ListSpec kLists[] = {{"risk-events", storage::Listing::kRiskEvents},
                                {"notables", storage::Listing::kNotables},
                                {"runs", storage::Listing::kRuns, "scheduled_time"},
                                {"registry-events", storage::Listing::kRegistryEvents},
                                {"rejected", storage::Listing::kRejected},
                                {"tokens", storage::Listing::kTokens, "created"},
                                {"notifications", storage::Listing::kNotifications, "created"}};

std::vector<std::pair<std::string, std::string>> split_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    parameters.emplace_back(part.substr(0, equals), part.substr(std::min(equals + 1, part.size())));
  }
  return parameters;
}

void expect_reason(const core::Error& error) {
  RW_ASSERT(error.code == core::ErrorCode::kInvalidInput && !error.message.empty());
}

bool is_among(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void expect_columns(const web::ListSpec& spec, const std::vector<std::pair<std::string, std::string>>& filters) {
  const auto columns = storage::columns_of(spec.listing).columns;
  for (const auto& [column, value] : filters) {
    RW_ASSERT(column == "id" || std::ranges::find(columns, column) != columns.end());
  }
}

// Two times that are given back as texts are the same window.
void expect_window(const std::optional<core::Micros>& earliest, const std::optional<core::Micros>& latest) {
  RW_ASSERT(!earliest || !latest || *earliest < *latest);
  for (const auto& time : {earliest, latest}) {
    if (!time || !core::is_plausible(*time)) continue;
    const auto again = core::parse_iso8601(core::format_rfc3339(*time));
    RW_ASSERT(again.ok() && *again == *time);
  }
}

void expect_place(std::string_view list, const storage::ListOrder& order, const storage::ListPlace& place) {
  const std::string cursor = web::encode_cursor(list, order, place);
  const auto again = web::decode_cursor(list, order, cursor);
  const bool by_newest = order.column == "id" && order.descending;
  RW_ASSERT(again.ok() && again->id == place.id && (by_newest || again->value == place.value));
  RW_ASSERT(!web::decode_cursor("another", order, cursor).ok());
  std::string changed = cursor;
  char& c = changed[static_cast<std::size_t>(place.id) % changed.size()];
  c = c == '0' ? '1' : '0';
  RW_ASSERT(!web::decode_cursor(list, order, changed).ok());
  RW_ASSERT(!web::decode_cursor(list, order, std::string_view(cursor).substr(1)).ok());
}

void examine_list(const web::ListSpec& spec, const http::Request& request) {
  const auto parsed = web::parse_list_parameters(request, spec, kNow, core::TimeZone());
  if (!parsed.ok()) return expect_reason(parsed.error());
  const storage::ListRequest& list = parsed->list;
  RW_ASSERT(list.listing == spec.listing && list.limit >= 1 && list.limit <= 1000);
  RW_ASSERT(!parsed->limit || (*parsed->limit >= 1 && parsed->format != web::Format::kJson));
  RW_ASSERT(is_among(storage::sortable_columns(spec.listing), list.order.column));
  expect_window(list.earliest, list.latest);
  expect_columns(spec, list.filters);
  const auto cursor = request.query_value("cursor");
  RW_ASSERT(list.after.has_value() == cursor.has_value());
  if (list.after) RW_ASSERT(web::encode_cursor(spec.name, list.order, *list.after) == *cursor);
  std::int64_t id = 0;
  for (const auto& [column, value] : list.filters) {
    id = (id * 31 + static_cast<std::int64_t>(value.size()) + (value.empty() ? 0 : value[0] & 0x7f)) & 0x7fffffff;
    expect_place(spec.name, list.order, {.value = value, .id = id});
    expect_place(spec.name, list.order, {.value = std::int64_t{id} - 1000, .id = id});
    expect_place(spec.name, list.order, {.value = static_cast<double>(id) / 7, .id = id});
    expect_place(spec.name, list.order, {.value = {}, .id = id});
  }
}

void examine_tally(const web::ListSpec& spec, const http::Request& request) {
  const auto parsed = web::parse_tally_parameters(request, spec, kNow, core::TimeZone());
  if (!parsed.ok()) return expect_reason(parsed.error());
  const storage::TallyRequest& tally = parsed->tally;
  RW_ASSERT(parsed->limit >= 1 && parsed->limit <= 1000);
  RW_ASSERT(!parsed->span ||
            (*parsed->span >= std::chrono::seconds(1) && *parsed->span <= std::chrono::hours(24 * 366)));
  RW_ASSERT(!parsed->auto_span || !parsed->span);
  expect_window(tally.earliest, tally.latest);
  expect_columns(spec, tally.filters);
  RW_ASSERT(tally.by.size() <= storage::kMostTallyColumns);
  for (const std::string& column : tally.by) {
    RW_ASSERT(is_among(storage::tally_columns(spec.listing), column) && std::ranges::count(tally.by, column) == 1);
  }
}

void examine_index(const http::Request& request) {
  const auto parsed = web::parse_index_request(request, "detections", {"name", "state", "source"});
  if (!parsed.ok()) return expect_reason(parsed.error());
  RW_ASSERT(parsed->limit >= 1 && parsed->limit <= 1000);
  const auto cursor = request.query_value("cursor");
  RW_ASSERT(!cursor || web::encode_cursor("detections", static_cast<std::int64_t>(parsed->first)) == *cursor);
  for (const auto& [column, pattern] : parsed->filters) {
    const auto again = core::TextPattern::decode(pattern.encode());
    RW_ASSERT(again.ok() && *again == pattern);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t mark = std::min(text.find('?'), text.size());
  http::Request request;
  request.query = split_query(text.substr(std::min(mark + 1, text.size())));
  if (const auto accept = request.query_value("accept")) {
    request.headers.emplace("accept", *accept);
    std::erase_if(request.query, [](const auto& parameter) { return parameter.first == "accept"; });
  }
  for (const web::ListSpec& spec : kLists) {
    if (text.substr(0, mark) != spec.name) continue;
    examine_list(spec, request);
    examine_tally(spec, request);
  }
  if (text.substr(0, mark) == "detections") examine_index(request);
  return 0;
}
