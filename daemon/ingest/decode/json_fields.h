// A JSON object as a flat list of its values, in the document's order: what is nested has its path for a name, so that
// {"winlog":{"event_id":13}} and {"winlog.event_id":13} are the same. The items of an array have the array's path and
// "[]": {"a":["x",{"b":"y"}]} is a[]=x, a[].b=y. Empty objects and arrays have no value.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"

namespace rw::ingest {

struct JsonField {
  std::string_view path;
  std::string_view value;  // a string's text, a number or boolean as written, empty for null
  bool is_null = false;
};

class JsonFields {
 public:
  static constexpr std::size_t kMaxFields = 4096;
  static constexpr std::size_t kMaxPathBytes = 1024;

  // Texts go to the arena. Errors: InvalidInput (not one object, malformed, nested deeper than JsonReader::kMaxDepth,
  // more fields or longer paths than the limits).
  static core::Result<JsonFields> read(simdjson::ondemand::document& document, core::Arena& arena);

  // The first value with that path that is not empty; empty if there is none.
  std::string_view get(std::string_view path) const;

  const std::vector<JsonField>& all() const { return fields_; }

  // Those below the prefix ("data.win."), their paths without it.
  JsonFields under(std::string_view prefix) const;

 private:
  friend class JsonFlattener;
  std::vector<JsonField> fields_;
};

}  // namespace rw::ingest
