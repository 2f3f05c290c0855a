#include "daemon/ingest/decode/json_shape.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_xml.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/message_text.h"
#include "daemon/ingest/decode/string_inserts.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

std::string_view first_of(std::span<const std::string_view> paths, const JsonFields& fields) {
  for (const std::string_view path : paths) {
    if (const std::string_view value = fields.get(path); !value.empty()) return value;
  }
  return {};
}

void keep_number(std::string_view& value) {
  if (!value.empty() && !core::is_digit(value.front())) value = {};
}

core::Result<void> take_data(const JsonShape& shape, const JsonFields& fields, core::Arena& arena,
                             WindowsEvent& event) {
  int unnamed = 0;
  for (const JsonField& field : fields.all()) {
    if (field.is_null) continue;
    for (const std::string_view prefix : shape.data) {
      if (!field.path.starts_with(prefix)) continue;
      const std::string_view name = field.path.substr(prefix.size());
      const bool is_unnamed = name.empty() || name == "Data[]";
      RW_CHECK(add_field(is_unnamed ? arena.copy(fmt::format("param{}", ++unnamed)) : name, field.value, event));
      break;
    }
  }
  return {};
}

}  // namespace

core::Result<void> read_shape(const JsonShape& shape, const JsonFields& fields, core::Arena& arena,
                              WindowsEvent& event) {
  event.clear();
  event.format = shape.format;
  const std::string_view id = first_of(shape.event_id, fields);
  if (id.empty()) {
    return core::invalid_input(
        fmt::format("no event id: expected '{}' of {}", shape.event_id[0], name_of(shape.format)));
  }
  RW_TRY(event.event_id, number_field<std::uint32_t>(shape.event_id[0], id));
  if (const std::string_view record = first_of(shape.record_id, fields); !record.empty()) {
    RW_TRY(event.record_id, number_field<std::uint64_t>(shape.record_id[0], record));
  }
  for (const JsonPath& known : shape.system) {
    std::string_view& text = event.*known.field;
    if (text.empty()) text = fields.get(known.path);
  }
  keep_number(event.version);
  keep_number(event.task);
  keep_number(event.opcode);
  keep_number(event.keywords);
  if (event.qualifiers == "0") event.qualifiers = {};
  if (!event.level.empty() && !core::is_digit(event.level.front())) set_level(std::exchange(event.level, {}), event);
  if (!shape.keyword_words.empty()) {
    for (const JsonField& field : fields.all()) {
      if (field.path == shape.keyword_words && core::equals_ascii_nocase(field.value.substr(0, 6), "audit ")) {
        set_level(field.value, event);
      }
    }
  }
  return take_data(shape, fields, arena, event);
}

void finish_json_event(const JsonShape& shape, const JsonFields& fields, const PayloadContext& context,
                       core::Arena& arena, WindowsEvent& event) {
  if (event.data.empty()) add_message_fields(arena, event);
  for (const std::string_view path : shape.time) {
    event.time = zoned_time(fields.get(path));
    if (event.time) return;
  }
  event.time = utc_time(event.get("UtcTime"));
  for (const std::string_view path : shape.time) {
    if (!event.time) event.time = local_time(fields.get(path), context.zone);
  }
}

void add_inserts_at(std::string_view path, const JsonFields& fields, WindowsEvent& event) {
  if (!event.data.empty()) return;
  std::vector<std::string_view> values;
  for (const JsonField& field : fields.all()) {
    if (field.path == path) values.push_back(field.value);
  }
  add_string_inserts(values, event);
}

core::Result<void> decode_embedded_xml(std::string_view xml, PayloadFormat format, const PayloadContext& context,
                                       core::Arena& arena, WindowsEvent& event) {
  core::Result<void> first;
  std::size_t pieces = 0;
  const auto take = [&](std::string_view, const core::Result<void>& decoded) {
    if (pieces++ == 0) first = decoded;
  };
  RW_TRY([[maybe_unused]] const std::size_t count, decode_event_xml(xml, arena, event, take, context));
  if (pieces > 1) return core::invalid_input("several events where one was expected");
  if (first.ok()) event.format = format;
  return first;
}

}  // namespace rw::ingest
