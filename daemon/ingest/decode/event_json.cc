#include "daemon/ingest/decode/event_json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <string>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/control_characters.h"
#include "daemon/ingest/decode/json_text.h"
#include "daemon/ingest/decode/system_fields.h"

namespace rw::ingest {
namespace {

using simdjson::ondemand::json_type;

// Forwarders nest six deep at most (Event, System, TimeCreated, #attributes).
constexpr int kMaxDepth = 32;
// Parser memory is kept from call to call up to a document of this size.
constexpr std::size_t kKeptParserBytes = 1024 * 1024;

constexpr std::string_view kAttributes = "#attributes";
constexpr std::string_view kText = "#text";

bool is(std::string_view name, std::string_view known) { return core::equals_ascii_nocase(name, known); }

core::Error malformed(simdjson::error_code error) {
  return core::invalid_input(fmt::format("not well-formed JSON: {}", simdjson::error_message(error)));
}

// Member by member, in the document's order; every value is read, so that what is malformed anywhere is found.
class Walker {
 public:
  Walker(core::Arena& arena, WindowsEvent& event) : arena_(arena), event_(event), system_(event) {}

  core::Result<void> document(simdjson::ondemand::document& document) {
    simdjson::ondemand::object object;
    if (const auto error = document.get_object().get(object)) {
      return error == simdjson::INCORRECT_TYPE ? core::invalid_input("not a JSON object") : malformed(error);
    }
    RW_CHECK(event_object(object, 0));
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return core::invalid_input("text after the JSON object");
    }
    return system_.finish();
  }

 private:
  using Value = simdjson::ondemand::value;
  using Object = simdjson::ondemand::object;
  using Array = simdjson::ondemand::array;

  // visit(name, value) for each member. The name lives in the parser, until the end of the document.
  template <class Visit>
  core::Result<void> each_member(Object& object, Visit visit) {
    for (auto member : object) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(member).get(field)) return malformed(error);
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name)) return malformed(error);
      Value value = std::move(field).value();
      RW_CHECK(visit(name, value));
    }
    return {};
  }

  template <class Visit>
  core::Result<void> each_item(Array& array, Visit visit) {
    for (auto item : array) {
      Value value;
      // get() wants an rvalue.  NOLINTNEXTLINE(performance-move-const-arg)
      if (const auto error = std::move(item).get(value)) return malformed(error);
      RW_CHECK(visit(value));
    }
    return {};
  }

  core::Result<json_type> type_of(Value& value) {
    json_type type{};
    if (const auto error = value.type().get(type)) return malformed(error);
    return type;
  }

  core::Result<Object> object_of(Value& value) {
    Object object;
    if (const auto error = value.get_object().get(object)) return malformed(error);
    return object;
  }

  core::Result<Array> array_of(Value& value) {
    Array array;
    if (const auto error = value.get_array().get(array)) return malformed(error);
    return array;
  }

  // --- Texts --------------------------------------------------------------------------------------------------------

  std::string_view keep(std::string_view text) {
    if (!has_forbidden_control(text)) return arena_.copy(text);
    std::string clean;
    for (const char c : text) {
      if (is_forbidden_control(c)) {
        clean += core::kReplacementCharacter;
      } else {
        clean += c;
      }
    }
    return arena_.copy(clean);
  }

  // A string's text, or a number or boolean as written. Not for objects and arrays.
  core::Result<std::string_view> scalar(Value& value, json_type type) {
    if (type == json_type::string) {
      std::string_view text;
      if (const auto error = value.get_string().get(text)) return malformed(error);
      return text;
    }
    const std::string_view token = core::trim(value.raw_json_token());
    if (type == json_type::number) {
      if (!is_json_number(token)) return core::invalid_input("not well-formed JSON: malformed number");
      return token;
    }
    if (token != "true" && token != "false" && token != "null") {
      return core::invalid_input("not well-formed JSON: unknown literal");
    }
    return token;
  }

  // Any value as text in the arena; objects and arrays as JSON text. Null is empty.
  core::Result<std::string_view> text(Value& value, json_type type, int depth) {
    if (type == json_type::object || type == json_type::array) {
      std::string json;
      RW_CHECK(append_json(value, type, depth, json));
      return keep(json);
    }
    RW_TRY(const std::string_view text, scalar(value, type));
    return type == json_type::null ? std::string_view() : keep(text);
  }

  core::Result<void> append_json(Value& value, json_type type, int depth, std::string& out) {
    if (depth > kMaxDepth) return core::invalid_input(fmt::format("nested deeper than {} levels", kMaxDepth));
    char separator = 0;
    if (type == json_type::object) {
      RW_TRY(Object object, object_of(value));
      out += '{';
      RW_CHECK(each_member(object, [&](std::string_view name, Value& member) -> core::Result<void> {
        if (separator != 0) out += separator;
        separator = ',';
        core::append_json_string(out, name);
        out += ':';
        RW_TRY(const json_type member_type, type_of(member));
        return append_json(member, member_type, depth + 1, out);
      }));
      out += '}';
      return {};
    }
    if (type == json_type::array) {
      RW_TRY(Array array, array_of(value));
      out += '[';
      RW_CHECK(each_item(array, [&](Value& item) -> core::Result<void> {
        if (separator != 0) out += separator;
        separator = ',';
        RW_TRY(const json_type item_type, type_of(item));
        return append_json(item, item_type, depth + 1, out);
      }));
      out += ']';
      return {};
    }
    RW_TRY(const std::string_view text, scalar(value, type));
    if (type == json_type::string) {
      core::append_json_string(out, text);
    } else {
      out += text;
    }
    return {};
  }

  // --- Fields -------------------------------------------------------------------------------------------------------

  core::Result<void> add(std::string_view kept_name, std::string_view kept_value) {
    if (event_.add(kept_name, kept_value)) return {};
    return core::invalid_input(fmt::format("more than {} fields", WindowsEvent::kMaxFields));
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
    std::string ignored;
    return append_json(value, type, depth, ignored);
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
    if (type != json_type::object) return data_field(field, value, type, depth);
    RW_TRY(Object object, object_of(value));
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
    if (depth > kMaxDepth) return core::invalid_input(fmt::format("nested deeper than {} levels", kMaxDepth));
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

  core::Arena& arena_;
  WindowsEvent& event_;
  SystemFields system_;
  int unnamed_ = 0;
};

struct ParserMemory {
  simdjson::ondemand::parser parser;
  std::string padded;
};

core::Result<void> decode_text(std::string_view json, core::Arena& arena, WindowsEvent& event, bool& worth_repairing) {
  thread_local ParserMemory memory;
  memory.padded.assign(json);
  memory.padded.resize(json.size() + simdjson::SIMDJSON_PADDING);
  event.clear();
  simdjson::ondemand::document document;
  const auto error =
      memory.parser.iterate(simdjson::padded_string_view(memory.padded.data(), json.size(), memory.padded.size()))
          .get(document);
  core::Result<void> decoded = malformed(error);
  if (error) {
    worth_repairing = error == simdjson::UNESCAPED_CHARS;
  } else {
    decoded = Walker(arena, event).document(document);
    worth_repairing = !decoded.ok() && json.find("\\u") != std::string_view::npos;
  }
  if (json.size() > kKeptParserBytes) memory = ParserMemory();
  return decoded;
}

}  // namespace

core::Result<void> decode_event_json(std::string_view json, core::Arena& arena, WindowsEvent& event) {
  std::string clean;
  if (!simdjson::validate_utf8(json.data(), json.size())) {
    clean = core::to_valid_utf8(json);
    json = clean;
  }
  const core::Arena::Mark mark = arena.mark();
  bool worth_repairing = false;
  core::Result<void> decoded = decode_text(json, arena, event, worth_repairing);
  if (!decoded.ok() && worth_repairing) {
    const std::string repaired = repair_json(json);
    if (repaired != json) {
      arena.rewind(mark);
      decoded = decode_text(repaired, arena, event, worth_repairing);
    }
  }
  return decoded;
}

}  // namespace rw::ingest
