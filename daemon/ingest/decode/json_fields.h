// A JSON object as a flat list of its values, in the document's order: what is nested has its path for a name, so that
// {"winlog":{"event_id":13}} and {"winlog.event_id":13} are the same. The items of an array have the array's path and
// "[]": {"a":["x",{"b":"y"}]} is a[]=x, a[].b=y. Empty objects and arrays have no value.
#pragma once

#include "daemon/ingest/decode/simdjson.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/json_form.h"

namespace rw::ingest {

struct JsonField {
  std::string_view path;
  std::string_view value;  // a string's text, a number or boolean as written, empty for null
  bool is_null = false;
  std::uint16_t next = 0;  // JsonFields' own
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

  // As json_form_of() tells.
  JsonForm form() const { return form_; }

  // Those below the prefix ("data.win."), their paths without it.
  JsonFields under(std::string_view prefix) const;

 private:
  friend class JsonFlattener;

  // After the last field.
  void index();

  JsonForm form_ = JsonForm::kNone;
  std::vector<JsonField> fields_;
  // By a hash of their paths, those with a value: the place of the first, plus one; JsonField::next goes on.
  static constexpr std::size_t kBuckets = 128;
  std::array<std::uint16_t, kBuckets> first_{};
};

}  // namespace rw::ingest
