// What each listing shows: the one declaration that the engines' listings, the API's filters and docs/api.md share.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "storage/store.h"

namespace rw::storage {

struct ListingColumns {
  std::span<const std::string_view> columns;        // in order, besides "id", which comes first
  std::span<const std::string_view> times;          // those of columns that are microseconds UTC
  std::span<const std::string_view> json;           // those of columns that are JSON texts
  std::span<const std::string_view> booleans = {};  // those of columns that are 0 or 1
  std::span<const std::string_view> ids = {};       // those of columns that are ids of rows of another listing
  std::span<const std::string_view> numbers = {};   // those of columns that are whole numbers
  std::span<const std::string_view> lines = {};     // those of columns that can have several values, a line each
};

const ListingColumns& columns_of(Listing listing);

// Events, of which there can be very many: they are sorted by id and time alone.
bool lists_events(Listing listing);

// The columns that a list may be sorted by, "id" first.
std::vector<std::string_view> sortable_columns(Listing listing);

// The columns by which rows can be told apart and counted.
std::vector<std::string_view> tally_columns(Listing listing);

}  // namespace rw::storage
