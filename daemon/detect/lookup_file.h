// Where lookup tables come from: ESCU's definitions (lookups/*.yml: `name`, `filename` or a CSV file beside of the same
// stem, `match_type`, `default_match`, `min_matches`, `max_matches`, `case_sensitive_match`), and bare CSV files.
#pragma once

#include <string>

#include "daemon/core/problem.h"
#include "daemon/detect/lookups.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {

// Reads the definition's CSV file too; one that cannot be read, or a lookup that is no CSV file (a KV store), is kept
// as broken, for the detections that use it. Problems: a key with a value that it cannot have.
void read_lookup(const yaml::Node& root, Lookups& lookups, core::Problems& problems);

// A file, or all below a folder (hidden ones are passed over) that end in .csv, by their file names. Names that are
// there already stay.
void read_csv_files(const std::string& path, Lookups& lookups);

}  // namespace rw::detect
