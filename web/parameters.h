// Query parameters of the lists → what to ask for. Pure.
#pragma once

#include <cstddef>
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
};

// earliest, latest, limit, cursor; every other parameter is a column and the value it must have.
// Errors: InvalidInput (unknown parameter: the message lists the known ones; a value that is not of the form expected;
// earliest, latest, limit or cursor given twice).
core::Result<storage::ListRequest> parse_list_request(const http::Request& request, const ListSpec& spec,
                                                      core::Micros now, const core::TimeZone& zone);

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
