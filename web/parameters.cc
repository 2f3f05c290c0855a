#include "web/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "daemon/core/text.h"
#include "daemon/core/time_modifier.h"
#include "daemon/core/units.h"
#include "storage/listing.h"
#include "web/cursor.h"

namespace rw::web {
namespace {

constexpr int kMaxLimit = 1000;
constexpr std::string_view kTimes[] = {"earliest", "latest"};
constexpr std::chrono::hours kLongestSpan{24 * 366};

core::Result<std::int64_t> parse_limit(std::string_view text, std::int64_t most) {
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > most) {
    return core::invalid_input(fmt::format("limit: '{}': expected a number from 1 to {}", text, most));
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

// The names of the list's columns in the API. A finding's own columns earliest and latest, its window, give way to the
// parameters where they are filters.
std::vector<std::string_view> column_names(const ListSpec& spec, bool as_filters) {
  std::vector<std::string_view> names = {"id"};
  for (const std::string_view column : storage::columns_of(spec.listing).columns) {
    if (as_filters && std::ranges::find(kTimes, column) != std::end(kTimes)) continue;
    names.push_back(column == "time" ? spec.time_name : column);
  }
  return names;
}

std::string column_of_name(const ListSpec& spec, std::string_view name) {
  return std::string(name == spec.time_name ? "time" : name);
}

bool is_among(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// "a,b"
std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

core::Result<storage::ListOrder> parse_sort(std::string_view text, const ListSpec& spec) {
  std::vector<std::string_view> known;
  for (const std::string_view column : storage::sortable_columns(spec.listing)) {
    known.push_back(column == "time" ? spec.time_name : column);
  }
  const bool descending = text.starts_with('-');
  const std::string_view name = text.substr(descending ? 1 : 0);
  if (!is_among(known, name)) {
    return core::invalid_input(fmt::format("sort: '{}': expected one of {}; with a - before it for the highest first",
                                           text, fmt::join(known, ", ")));
  }
  return storage::ListOrder{.column = column_of_name(spec, name), .descending = descending};
}

core::Result<std::vector<std::string>> parse_fields(std::string_view text, const ListSpec& spec) {
  std::vector<std::string_view> known = column_names(spec, false);
  known.insert(known.end(), spec.added.begin(), spec.added.end());
  const auto& json = storage::columns_of(spec.listing).json;
  std::vector<std::string> fields = split_names(text);
  for (const std::string& field : fields) {
    const std::size_t dot = field.find('.');
    const bool is_member = dot != std::string::npos && dot + 1 < field.size() &&
                           std::ranges::find(json, std::string_view(field).substr(0, dot)) != json.end();
    if (is_member || is_among(known, field)) continue;
    std::string members;
    if (!json.empty()) members = fmt::format(", or a member of {}, such as {}.name", fmt::join(json, ", "), json[0]);
    return core::invalid_input(
        fmt::format("fields: unknown field '{}': expected one of {}{}", field, fmt::join(known, ", "), members));
  }
  return fields;
}

// Those that have to be read for the fields.
std::vector<std::string> columns_for(const std::vector<std::string>& fields, const ListSpec& spec) {
  std::vector<std::string> columns;
  for (const std::string& field : fields) {
    const std::string column = column_of_name(spec, std::string_view(field).substr(0, field.find('.')));
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
  }
  return columns;
}

core::Result<Format> parse_format(std::string_view text) {
  if (text == "json") return Format::kJson;
  if (text == "csv") return Format::kCsv;
  if (text == "ndjson") return Format::kNdjson;
  return core::invalid_input(fmt::format("format: '{}': expected json, csv or ndjson", text));
}

core::Result<void> expect_window(const std::optional<core::Micros>& earliest,
                                 const std::optional<core::Micros>& latest) {
  if (!earliest || !latest || *earliest < *latest) return {};
  return core::invalid_input("earliest: expected a time before latest");
}

}  // namespace

core::Result<ListParameters> parse_list_parameters(const http::Request& request, const ListSpec& spec, core::Micros now,
                                                   const core::TimeZone& zone) {
  const std::vector<std::string_view> columns = column_names(spec, true);
  std::vector<std::string_view> own = {"earliest", "latest", "limit", "cursor", "sort", "fields", "format"};
  std::erase_if(own, [&](std::string_view name) { return is_among(columns, name); });
  std::vector<std::string_view> known = own;
  known.insert(known.end(), columns.begin(), columns.end());
  for (const std::string_view name : own) RW_CHECK(expect_once(request, name));

  ListParameters parameters;
  storage::ListRequest& list = parameters.list;
  list.listing = spec.listing;
  list.filters = spec.of;
  parameters.format = accepted_format(request.header("accept"));
  std::optional<std::string_view> limit;
  std::optional<std::string_view> cursor;
  for (const auto& [name, value] : request.query) {
    if (!is_among(known, name)) return unknown_parameter(name, known);
    if (name == "earliest") {
      RW_TRY(list.earliest, parse_time(name, value, now, zone));
    } else if (name == "latest") {
      RW_TRY(list.latest, parse_time(name, value, now, zone));
    } else if (name == "limit") {
      limit = value;
    } else if (name == "cursor") {
      cursor = value;
    } else if (name == "sort") {
      RW_TRY(list.order, parse_sort(value, spec));
    } else if (name == "fields") {
      RW_TRY(parameters.fields, parse_fields(value, spec));
    } else if (name == "format" && is_among(own, name)) {
      RW_TRY(parameters.format, parse_format(value));
    } else {
      list.filters.emplace_back(column_of_name(spec, name), value);
    }
  }
  RW_CHECK(expect_window(list.earliest, list.latest));
  if (cursor) {
    RW_TRY(list.after, decode_cursor(spec.name, list.order, *cursor));
  }
  if (parameters.format != Format::kJson) {
    list.limit = kMaxLimit;
    if (limit) {
      RW_TRY(parameters.limit, parse_limit(*limit, std::numeric_limits<std::int64_t>::max()));
    }
  } else if (limit) {
    RW_TRY(const std::int64_t page, parse_limit(*limit, kMaxLimit));
    list.limit = static_cast<int>(page);
  }
  // What finishes an item may look at all of it.
  if (spec.added.empty()) list.columns = columns_for(parameters.fields, spec);
  return parameters;
}

core::Result<TallyParameters> parse_tally_parameters(const http::Request& request, const ListSpec& spec,
                                                     core::Micros now, const core::TimeZone& zone) {
  const std::vector<std::string_view> own = {"earliest", "latest", "by", "span", "sum", "limit"};
  std::vector<std::string_view> known = own;
  const std::vector<std::string_view> columns = column_names(spec, true);
  known.insert(known.end(), columns.begin(), columns.end());
  for (const std::string_view name : own) RW_CHECK(expect_once(request, name));

  TallyParameters parameters;
  storage::TallyRequest& tally = parameters.tally;
  tally.listing = spec.listing;
  for (const auto& [name, value] : request.query) {
    if (!is_among(known, name)) return unknown_parameter(name, known);
    if (name == "earliest") {
      RW_TRY(tally.earliest, parse_time(name, value, now, zone));
    } else if (name == "latest") {
      RW_TRY(tally.latest, parse_time(name, value, now, zone));
    } else if (name == "by") {
      tally.by = split_names(value);
    } else if (name == "sum") {
      tally.sum = value;
    } else if (name == "limit") {
      RW_TRY(const std::int64_t limit, parse_limit(value, kMaxLimit));
      parameters.limit = static_cast<std::size_t>(limit);
    } else if (name == "span") {
      parameters.auto_span = value == "auto";
      const auto span = core::parse_duration(value);
      if (parameters.auto_span) continue;
      if (!span.ok() || *span < std::chrono::seconds(1) || *span > kLongestSpan ||
          *span % std::chrono::seconds(1) != std::chrono::seconds(0)) {
        return core::invalid_input(fmt::format(
            "span: '{}': expected auto, or seconds, minutes, hours, days or weeks, such as 15m or 1d", value));
      }
      parameters.span = std::chrono::duration_cast<std::chrono::seconds>(*span);
    } else {
      tally.filters.emplace_back(column_of_name(spec, name), value);
    }
  }
  RW_CHECK(expect_window(tally.earliest, tally.latest));
  const auto countable = storage::tally_columns(spec.listing);
  for (const std::string& column : tally.by) {
    if (is_among(countable, column) && std::ranges::count(tally.by, column) == 1) continue;
    return core::invalid_input(
        fmt::format("by: '{}': expected some of {}, each once", column, fmt::join(countable, ", ")));
  }
  if (tally.by.size() > storage::kMostTallyColumns) {
    return core::invalid_input(fmt::format("by: expected at most {} columns", storage::kMostTallyColumns));
  }
  const auto& numbers = storage::columns_of(spec.listing).numbers;
  if (!tally.sum.empty() && std::ranges::find(numbers, tally.sum) == numbers.end()) {
    return core::invalid_input(fmt::format("sum: '{}': expected one of {}", tally.sum, fmt::join(numbers, ", ")));
  }
  return parameters;
}

Format accepted_format(std::string_view accept) {
  Format best = Format::kJson;
  double best_quality = 0;
  while (!accept.empty()) {
    const std::size_t comma = accept.find(',');
    std::string_view range = accept.substr(0, comma);
    accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
    double quality = 1;
    const std::size_t semicolon = range.find(';');
    if (semicolon != std::string_view::npos) {
      const std::size_t q = range.find("q=", semicolon);
      if (q != std::string_view::npos) quality = std::strtod(std::string(range.substr(q + 2)).c_str(), nullptr);
      range = range.substr(0, semicolon);
    }
    const std::string type = core::fold_ascii(core::trim(range));
    std::optional<Format> format;
    if (type == "text/csv") format = Format::kCsv;
    if (type == "application/x-ndjson" || type == "application/ndjson") format = Format::kNdjson;
    if (type == "application/json" || type == "application/*" || type == "*/*") format = Format::kJson;
    if (format && quality > best_quality) {
      best = *format;
      best_quality = quality;
    }
  }
  return best;
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
      RW_TRY(const std::int64_t limit, parse_limit(value, kMaxLimit));
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
