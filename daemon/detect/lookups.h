// Lookup tables: CSV files and how searches match rows against them. Read once when detections are loaded, immutable
// afterwards and shared between threads.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/csv.h"

namespace rw::detect {

// How a column of the table matches: as a whole text, with `*` in the table's cells, or as the network in them.
enum class LookupMatch { kExact, kWildcard, kCidr };

struct LookupTable {
  std::string name;
  Csv csv;
  std::map<std::string, LookupMatch> match_types;  // of columns that do not match exactly
  bool case_sensitive = true;
  std::size_t max_matches = 1000;  // rows of the table that one row may meet (Splunk's default)
  std::size_t min_matches = 0;     // with fewer, default_match fills up
  std::string default_match;       // empty: null
};

class Lookups {
 public:
  void add(std::shared_ptr<const LookupTable> table);
  // A lookup that is defined and cannot be used, with the reason: "FILE: cannot open: …".
  void add_broken(std::string name, std::string reason);

  // By the name of its definition, or of its CSV file with or without ".csv".
  // Errors: Unsupported with the reason; there is none of that name.
  core::Result<std::shared_ptr<const LookupTable>> find(std::string_view name) const;
  bool has(std::string_view name) const { return entries_.contains(std::string(name)); }

 private:
  struct Entry {
    std::shared_ptr<const LookupTable> table;  // nullptr: broken
    std::string reason;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace rw::detect
