// Query parameters of the lists → what to ask for. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/text_pattern.h"
#include "daemon/core/time.h"
#include "daemon/http/server.h"
#include "storage/store.h"

namespace rw::web {

// A list over a listing of the store. time_name: what the API calls the column "time".
struct ListSpec {
  std::string_view name;  // the last part of its path; cursors are bound to it
  storage::Listing listing;
  std::string_view time_name = "time";
  std::vector<std::pair<std::string, std::string>> of = {};  // what each of its rows has: columns and values
  // Members of its items that are no columns.
  std::span<const std::string_view> added = {};
};

// The form of an answer.
enum class Format { kJson, kCsv, kNdjson };

struct ListParameters {
  storage::ListRequest list;  // its limit is that of a page
  Format format = Format::kJson;
  std::vector<std::string> fields = {};              // as the API calls them; a member of a JSON column is "row.dest".
                                                     // None: all
  std::optional<std::int64_t> limit = std::nullopt;  // of items, of another form than JSON; unset: none
};

// earliest, latest, limit, cursor, sort, fields, format (or the header Accept); every other parameter is a column and
// the value it must have. A column of the list that is called format has the parameter of this name.
// Errors: InvalidInput (unknown parameter: the message lists the known ones; a value that is not of the form expected;
// one that is no column given twice).
core::Result<ListParameters> parse_list_parameters(const http::Request& request, const ListSpec& spec, core::Micros now,
                                                   const core::TimeZone& zone);

// What to count of a list: earliest, latest, by, sum, span, limit; every other parameter is a filter.
struct TallyParameters {
  storage::TallyRequest tally;  // without its buckets
  bool auto_span = false;
  std::optional<std::chrono::seconds> span = std::nullopt;
  std::size_t limit = 100;
};
core::Result<TallyParameters> parse_tally_parameters(const http::Request& request, const ListSpec& spec,
                                                     core::Micros now, const core::TimeZone& zone);

// The form that the Accept header likes best of those that we have; JSON where it says nothing of them.
Format accepted_format(std::string_view accept);

// The same for a list that has no times and is held in memory: cursor is the index of the first item.
struct IndexRequest {
  std::size_t first = 0;
  std::size_t limit = 100;
  std::vector<std::pair<std::string, core::TextPattern>> filters;
};
core::Result<IndexRequest> parse_index_request(const http::Request& request, std::string_view name,
                                               const std::vector<std::string_view>& columns);

// For a resource that takes none. Errors: InvalidInput.
core::Result<void> expect_no_parameters(const http::Request& request);

}  // namespace rw::web
