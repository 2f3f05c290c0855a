#include "daemon/ingest/decode/generic_json.h"

#include <fmt/format.h>

#include <string_view>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/json_reader.h"
#include "daemon/ingest/decode/system_fields.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kAttributes = "#attributes";
constexpr std::string_view kText = "#text";

bool is(std::string_view name, std::string_view known) { return core::equals_ascii_nocase(name, known); }

class GenericWalker : private JsonReader {
 public:
  GenericWalker(core::Arena& arena, WindowsEvent& event) : JsonReader(arena), event_(event), system_(event) {}

  core::Result<void> document(Document& document) {
    RW_TRY(Object object, root_object(document));
    RW_CHECK(event_object(object, 0));
    RW_CHECK(at_end(document));
    return system_.finish();
  }

 private:
  // --- Fields -------------------------------------------------------------------------------------------------------

  core::Result<void> add(std::string_view kept_name, std::string_view kept_value) {
    return add_field(kept_name, kept_value, event_);
  }

  // A field of data; a null is absent.
  core::Result<void> data_field(std::string_view name, Value& value, json_type type, int depth) {
    RW_TRY(const std::string_view kept, text(value, type, depth));
    return type == json_type::null ? core::Result<void>() : add(keep(name), kept);
  }

  core::Result<void> unnamed(std::string_view kept_value) {
    return add(arena_.copy(fmt::format("param{}", ++unnamed_)), kept_value);
  }

  // The whole event, or what stands in "Event" or "System".
  core::Result<void> event_object(Object& object, int depth) {
    return each_member(object, [&](std::string_view name, Value& value) -> core::Result<void> {
      RW_TRY(const json_type type, type_of(value));
      if (type == json_type::object) {
        if (depth < 2 && (is(name, "Event") || is(name, "System"))) {
          RW_TRY(Object inner, object_of(value));
          return event_object(inner, depth + 1);
        }
        if (SystemFields::is_structured(name)) return structured_field(name, value, depth + 1);
        if (is(name, "UserData")) return user_data(value, depth + 1);
        if (is(name, "RenderingInfo")) return rendering_info(value, depth + 1);
        if (name == kAttributes) return skip(value, type, depth + 1);  // the namespace
      }
      if (is(name, "EventData") || is(name, "ProcessingErrorData")) return event_data(name, value, type, depth + 1);

      RW_TRY(const std::string_view kept, text(value, type, depth + 1));
      const std::string_view kept_name = keep(name);
      RW_TRY(const bool taken, system_.take(kept_name, kept));
      if (taken || type == json_type::null) return {};
      return add(kept_name, kept);
    });
  }

  core::Result<void> skip(Value& value, json_type type, int depth) {
    RW_TRY([[maybe_unused]] const std::string_view ignored, text(value, type, depth));
    return {};
  }

  // {"#attributes": {"Name": …, "Guid": …}, "#text": …}, or the attributes without that wrapping.
  core::Result<void> structured_field(std::string_view field, Value& value, int depth) {
    RW_TRY(Object object, object_of(value));
    return each_member(object, [&](std::string_view name, Value& member) -> core::Result<void> {
      RW_TRY(const json_type type, type_of(member));
      if (type == json_type::object && name == kAttributes && depth < kMaxDepth) {
        return structured_field(field, member, depth + 1);
      }
      RW_TRY(const std::string_view kept, text(member, type, depth + 1));
      const std::string_view kept_name = name == kText ? keep(field) : arena_.copy(fmt::format("{}.{}", field, name));
      RW_TRY([[maybe_unused]] const bool taken, system_.take(kept_name, kept));
      return {};
    });
  }

  core::Result<void> event_data(std::string_view field, Value& value, json_type type, int depth) {
    if (type == json_type::array) return data_items(value, type, depth);
    if (type == json_type::string) return event_data_text(field, value);
    if (type != json_type::object) return data_field(field, value, type, depth);
    RW_TRY(Object object, object_of(value));
    return event_data_members(object, depth);
  }

  // Log Analytics has the object as text.
  core::Result<void> event_data_text(std::string_view field, Value& value) {
    RW_TRY(const std::string_view kept, text(value, json_type::string, 0));
    if (kept.starts_with('{')) {
      const std::size_t before = event_.data.size();
      const auto read = [&](Document& document) -> core::Result<void> {
        event_.data.resize(before);
        RW_TRY(Object object, root_object(document));
        return event_data_members(object, 1);
      };
      if (read_json(kept, arena_, read).ok()) return {};
      event_.data.resize(before);
    }
    return add(keep(field), kept);
  }

  core::Result<void> event_data_members(Object& object, int depth) {
    return each_member(object, [&](std::string_view name, Value& member) -> core::Result<void> {
      RW_TRY(const json_type member_type, type_of(member));
      if (name == kAttributes) return skip(member, member_type, depth + 1);
      if (name == "Data") return data_items(member, member_type, depth + 1);
      return data_field(name, member, member_type, depth + 1);
    });
  }

  // <Data> elements: a text, {"#attributes": {"Name": "x"}, "#text": "y"}, {"Name": "x", "Value": "y"}, {"x": "y"},
  // or an array of such.
  core::Result<void> data_items(Value& value, json_type type, int depth) {
    RW_CHECK(check_depth(depth));
    if (type == json_type::array) {
      RW_TRY(Array array, array_of(value));
      return each_item(array, [&](Value& item) -> core::Result<void> {
        RW_TRY(const json_type item_type, type_of(item));
        return data_items(item, item_type, depth + 1);
      });
    }
    if (type == json_type::object) {
      RW_TRY(Object object, object_of(value));
      return data_item(object, depth + 1);
    }
    RW_TRY(const std::string_view kept, text(value, type, depth));
    return type == json_type::null ? core::Result<void>() : unnamed(kept);
  }

  core::Result<void> data_item(Object& object, int depth) {
    std::string_view item_name;
    std::string_view item_value;
    bool has_value = false;
    RW_CHECK(each_member(object, [&](std::string_view name, Value& member) -> core::Result<void> {
      RW_TRY(const json_type type, type_of(member));
      if (name == kAttributes && type == json_type::object) {
        RW_TRY(Object attributes, object_of(member));
        return each_member(attributes, [&](std::string_view key, Value& attribute) -> core::Result<void> {
          RW_TRY(const json_type attribute_type, type_of(attribute));
          RW_TRY(const std::string_view kept, text(attribute, attribute_type, depth + 1));
          if (is(key, "Name")) item_name = kept;
          return {};
        });
      }
      if (name == kText && type == json_type::array) return data_items(member, type, depth + 1);
      if (is(name, "Name") || name == kText || is(name, "Value")) {
        RW_TRY(const std::string_view kept, text(member, type, depth + 1));
        if (is(name, "Name")) {
          item_name = kept;
        } else {
          item_value = kept;
          has_value = type != json_type::null;
        }
        return {};
      }
      return data_field(name, member, type, depth + 1);
    }));
    if (!has_value) return {};
    return item_name.empty() ? unnamed(item_value) : add(item_name, item_value);
  }

  // The provider's own object inside: its members, one level down.
  core::Result<void> user_data(Value& value, int depth) {
    RW_TRY(Object outer, object_of(value));
    return each_member(outer, [&](std::string_view outer_name, Value& inner) -> core::Result<void> {
      RW_TRY(const json_type type, type_of(inner));
      if (type != json_type::object) return data_field(outer_name, inner, type, depth + 1);
      if (outer_name == kAttributes) return skip(inner, type, depth + 1);
      RW_TRY(Object object, object_of(inner));
      return each_member(object, [&](std::string_view name, Value& member) -> core::Result<void> {
        RW_TRY(const json_type member_type, type_of(member));
        if (name == kAttributes) return skip(member, member_type, depth + 1);
        return data_field(name, member, member_type, depth + 2);
      });
    });
  }

  core::Result<void> rendering_info(Value& value, int depth) {
    RW_TRY(Object object, object_of(value));
    return each_member(object, [&](std::string_view name, Value& member) -> core::Result<void> {
      RW_TRY(const json_type type, type_of(member));
      if (!is(name, "Message")) return skip(member, type, depth + 1);
      RW_TRY(const std::string_view kept, text(member, type, depth + 1));
      RW_TRY([[maybe_unused]] const bool taken, system_.take("Message", kept));
      return {};
    });
  }

  WindowsEvent& event_;
  SystemFields system_;
  int unnamed_ = 0;
};

}  // namespace

core::Result<void> read_generic_json(simdjson::ondemand::document& document, core::Arena& arena, WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kEventJson;
  return GenericWalker(arena, event).document(document);
}

}  // namespace rw::ingest
