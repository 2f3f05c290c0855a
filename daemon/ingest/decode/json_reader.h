// How every decoder of JSON reads a document: member by member, in the document's order, with every value read, so that
// what is malformed anywhere is found. Texts go to the arena.
#pragma once

#include <fmt/format.h>
#include "daemon/ingest/decode/simdjson.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"

namespace rw::ingest {

core::Error malformed_json(simdjson::error_code error);

// Parses one document and calls `read` for it; once more, with the arena as it was, if that failed and the document
// could be repaired (see json_text.h): `read` must start afresh. Within `read`, other documents may be read. Errors:
// those of `read`, InvalidInput (malformed, longer than kMaxEventBytes).
using ReadDocument = std::function<core::Result<void>(simdjson::ondemand::document&)>;
core::Result<void> read_json(std::string_view json, core::Arena& arena, const ReadDocument& read);

class JsonReader {
 public:
  using json_type = simdjson::ondemand::json_type;
  using Document = simdjson::ondemand::document;
  using Value = simdjson::ondemand::value;
  using Object = simdjson::ondemand::object;
  using Array = simdjson::ondemand::array;

  // Forwarders nest six deep at most (Event, System, TimeCreated, #attributes).
  static constexpr int kMaxDepth = 32;

  explicit JsonReader(core::Arena& arena) : arena_(arena) {}

  // Errors: InvalidInput (the document is no object, or another follows).
  static core::Result<Object> root_object(Document& document);
  static core::Result<void> at_end(Document& document);

  // visit(name, value) for each member. The name lives in the parser, until the end of the document.
  template <class Visit>
  static core::Result<void> each_member(Object& object, Visit visit) {
    for (auto member : object) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(member).get(field)) return malformed_json(error);
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name)) return malformed_json(error);
      Value value = std::move(field).value();
      RW_CHECK(visit(name, value));
    }
    return {};
  }

  template <class Visit>
  static core::Result<void> each_item(Array& array, Visit visit) {
    for (auto item : array) {
      Value value;
      // get() wants an rvalue.  NOLINTNEXTLINE(performance-move-const-arg)
      if (const auto error = std::move(item).get(value)) return malformed_json(error);
      RW_CHECK(visit(value));
    }
    return {};
  }

  static core::Result<json_type> type_of(Value& value);
  static core::Result<Object> object_of(Value& value);
  static core::Result<Array> array_of(Value& value);

  // In the arena, without forbidden control characters.
  std::string_view keep(std::string_view text) const;

  // A string's text, in the parser, or a number or literal as written. Not for objects and arrays.
  static core::Result<std::string_view> scalar(Value& value, json_type type);

  // Any value as text in the arena; objects and arrays as JSON text. Null is empty.
  core::Result<std::string_view> text(Value& value, json_type type, int depth) const;

  static core::Result<void> check_depth(int depth);

 protected:
  core::Arena& arena_;

 private:
  static core::Result<void> append_json(Value& value, json_type type, int depth, std::string& out);
};

}  // namespace rw::ingest
