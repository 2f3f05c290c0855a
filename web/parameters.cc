#include "web/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "daemon/core/time_modifier.h"
#include "storage/listing.h"
#include "web/cursor.h"

namespace rw::web {
namespace {

constexpr int kMaxLimit = 1000;
constexpr std::string_view kTimes[] = {"earliest", "latest"};

core::Result<int> parse_limit(std::string_view text) {
  int limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > kMaxLimit) {
    return core::invalid_input(fmt::format("limit: '{}': expected a number from 1 to {}", text, kMaxLimit));
  }
  return limit;
}

core::Result<core::Micros> parse_time(std::string_view name, std::string_view text, core::Micros now,
                                      const core::TimeZone& zone) {
  core::Result<core::Micros> time = core::parse_time_argument(text, now, zone);
  if (!time.ok()) {
    return core::Error{core::ErrorCode::kInvalidInput, fmt::format("{}: {}", name, time.error().message),
                       text.find(' ') == std::string_view::npos ? "" : "in a URL a + is written %2B"};
  }
  return time;
}

core::Error unknown_parameter(std::string_view name, const std::vector<std::string_view>& known) {
  return core::invalid_input(fmt::format("unknown parameter '{}': expected one of {}", name, fmt::join(known, ", ")));
}

// Parameters that mean one thing may stand once; a column may stand as often as there are conditions on it.
core::Result<void> expect_once(const http::Request& request, std::string_view name) {
  const auto named = [&](const std::pair<std::string, std::string>& parameter) { return parameter.first == name; };
  if (std::ranges::count_if(request.query, named) < 2) return {};
  return core::invalid_input(fmt::format("{}: given more than once", name));
}

}  // namespace

core::Result<storage::ListRequest> parse_list_request(const http::Request& request, const ListSpec& spec,
                                                      core::Micros now, const core::TimeZone& zone) {
  // A finding's own columns earliest and latest, its window, give way to the parameters.
  std::vector<std::string_view> known = {"earliest", "latest", "limit", "cursor", "id"};
  for (const std::string_view column : storage::columns_of(spec.listing).columns) {
    if (std::ranges::find(kTimes, column) == std::end(kTimes))
      known.push_back(column == "time" ? spec.time_name : column);
  }
  for (const std::string_view name : {"earliest", "latest", "limit", "cursor"}) RW_CHECK(expect_once(request, name));

  storage::ListRequest list;
  list.listing = spec.listing;
  list.filters = spec.of;
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) return unknown_parameter(name, known);
    if (name == "earliest") {
      RW_TRY(list.earliest, parse_time(name, value, now, zone));
    } else if (name == "latest") {
      RW_TRY(list.latest, parse_time(name, value, now, zone));
    } else if (name == "limit") {
      RW_TRY(list.limit, parse_limit(value));
    } else if (name == "cursor") {
      RW_TRY(list.before, decode_cursor(spec.name, value));
    } else {
      list.filters.emplace_back(name == spec.time_name ? "time" : name, value);
    }
  }
  if (list.earliest && list.latest && *list.earliest >= *list.latest) {
    return core::invalid_input("earliest: expected a time before latest");
  }
  return list;
}

core::Result<IndexRequest> parse_index_request(const http::Request& request, std::string_view list_name,
                                               const std::vector<std::string_view>& columns) {
  std::vector<std::string_view> known = {"limit", "cursor"};
  known.insert(known.end(), columns.begin(), columns.end());
  for (const std::string_view name : {"limit", "cursor"}) RW_CHECK(expect_once(request, name));

  IndexRequest index;
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) return unknown_parameter(name, known);
    if (name == "limit") {
      RW_TRY(const int limit, parse_limit(value));
      index.limit = static_cast<std::size_t>(limit);
    } else if (name == "cursor") {
      RW_TRY(const std::int64_t first, decode_cursor(list_name, value));
      index.first = static_cast<std::size_t>(first);
    } else {
      index.filters.emplace_back(name, core::TextPattern::with_stars(value));
    }
  }
  return index;
}

core::Result<void> expect_no_parameters(const http::Request& request) {
  if (request.query.empty()) return {};
  return core::invalid_input(fmt::format("unknown parameter '{}': this resource takes none", request.query[0].first));
}

}  // namespace rw::web
