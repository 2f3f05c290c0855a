#include "web/search_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/time_modifier.h"
#include "daemon/core/units.h"
#include "web/body.h"

namespace rw::web {
namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr std::chrono::milliseconds kMinTimeout{1};

core::Result<std::string> parse_id(const Json& value) {
  const auto allowed = [](char c) {
    return core::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  };
  const auto* const id = value.get_ptr<const std::string*>();
  if (id == nullptr || id->empty() || id->size() > kMaxIdBytes || !std::ranges::all_of(*id, allowed)) {
    return unexpected("id", value, fmt::format("1 to {} letters, digits, '_' or '-'", kMaxIdBytes));
  }
  return *id;
}

core::Result<std::int64_t> parse_max_rows(const Json& value, std::int64_t most) {
  const auto fits = [&] {
    return value.is_number_unsigned() ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                                      : value.get<std::int64_t>() <= most;
  };
  if (!value.is_number_integer() || !fits() || value.get<std::int64_t>() < 1) {
    return unexpected("max_rows", value, fmt::format("a number from 1 to {}", most));
  }
  return value.get<std::int64_t>();
}

core::Result<std::chrono::milliseconds> parse_timeout(const Json& value, std::chrono::milliseconds most) {
  const auto* const text = value.get_ptr<const std::string*>();
  const auto duration = core::parse_duration(text == nullptr ? "" : *text);
  if (!duration.ok() || *duration < kMinTimeout || *duration > most) {
    return unexpected("timeout", value,
                      fmt::format("a duration from {} to {}, such as \"30s\"", core::format_duration(kMinTimeout),
                                  core::format_duration(most)));
  }
  return std::chrono::floor<std::chrono::milliseconds>(*duration);
}

core::Result<core::Micros> time_of_member(std::string_view member, const std::string& text, core::Micros now,
                                          const core::TimeZone& zone) {
  core::Result<core::Micros> time = core::parse_time_argument(text, now, zone);
  if (!time.ok()) return core::invalid_input(fmt::format("{}: {}", member, time.error().message));
  return time;
}

}  // namespace

core::Result<SearchRequest> parse_search_request(std::string_view body, core::Micros now, const core::TimeZone& zone,
                                                 const storage::SearchLimits& most) {
  RW_TRY(const Json object,
         parse_object(body, R"({"search": "| tstats count from datamodel=Endpoint.Registry by Registry.dest"})"));
  SearchRequest request;
  request.max_rows = std::min(request.max_rows, most.max_rows);
  request.timeout = std::min(request.timeout, most.timeout);
  std::string earliest = "-24h";
  std::string latest = "now";
  for (const auto& [member, value] : object.items()) {
    if (member == "search") {
      RW_TRY(request.search, parse_text(member, value));
    } else if (member == "earliest") {
      RW_TRY(earliest, parse_text(member, value));
    } else if (member == "latest") {
      RW_TRY(latest, parse_text(member, value));
    } else if (member == "max_rows") {
      RW_TRY(request.max_rows, parse_max_rows(value, most.max_rows));
    } else if (member == "timeout") {
      RW_TRY(request.timeout, parse_timeout(value, most.timeout));
    } else if (member == "id") {
      RW_TRY(request.id, parse_id(value));
    } else {
      return unknown_member(member, "search, earliest, latest, max_rows, timeout, id");
    }
  }
  if (core::trim(request.search).empty()) return core::invalid_input("search: expected SPL, found nothing");
  RW_TRY(request.window.earliest, time_of_member("earliest", earliest, now, zone));
  RW_TRY(request.window.latest, time_of_member("latest", latest, now, zone));
  if (request.window.earliest >= request.window.latest) {
    return core::invalid_input("earliest: expected a time before latest");
  }
  return request;
}

}  // namespace rw::web
