#include "daemon/ingest/decode/json_reader.h"

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/control_characters.h"
#include "daemon/ingest/decode/event_limit.h"
#include "daemon/ingest/decode/json_text.h"

namespace rw::ingest {
namespace {

// Parser memory is kept from call to call up to a document of this size; each thread of the HTTP servers keeps its own.
constexpr std::size_t kKeptParserBytes = 64 * 1024;

struct ParserMemory {
  simdjson::ondemand::parser parser;
  std::string padded;
  bool in_use = false;
};

core::Result<void> read_once(std::string_view json, ParserMemory& memory, const ReadDocument& read,
                             bool& worth_repairing) {
  memory.in_use = true;
  memory.padded.assign(json);
  memory.padded.resize(json.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  const auto error =
      memory.parser.iterate(simdjson::padded_string_view(memory.padded.data(), json.size(), memory.padded.size()))
          .get(document);
  core::Result<void> done;
  if (error) {
    done = malformed_json(error);
    worth_repairing = error == simdjson::UNESCAPED_CHARS;
  } else {
    done = read(document);
    worth_repairing = !done.ok() && json.find("\\u") != std::string_view::npos;
  }
  memory.in_use = false;
  if (json.size() > kKeptParserBytes) memory = ParserMemory();
  return done;
}

// A document within another one has memory of its own.
core::Result<void> read_in_memory(std::string_view json, const ReadDocument& read, bool& worth_repairing) {
  thread_local ParserMemory kept;
  if (!kept.in_use) return read_once(json, kept, read, worth_repairing);
  ParserMemory own;
  return read_once(json, own, read, worth_repairing);
}

}  // namespace

core::Error malformed_json(simdjson::error_code error) {
  return core::invalid_input(fmt::format("not well-formed JSON: {}", simdjson::error_message(error)));
}

core::Result<void> read_json(std::string_view json, core::Arena& arena, const ReadDocument& read) {
  RW_CHECK(check_event_size(json.size()));
  std::string clean;
  if (!simdjson::validate_utf8(json.data(), json.size())) {
    clean = core::to_valid_utf8(json);
    json = clean;
  }
  const core::Arena::Mark mark = arena.mark();
  bool worth_repairing = false;
  core::Result<void> done = read_in_memory(json, read, worth_repairing);
  if (!done.ok() && worth_repairing) {
    const std::string repaired = repair_json(json);
    if (repaired != json) {
      arena.rewind(mark);
      done = read_in_memory(repaired, read, worth_repairing);
    }
  }
  return done;
}

core::Result<JsonReader::Object> JsonReader::root_object(Document& document) {
  Object object;
  if (const auto error = document.get_object().get(object)) {
    return error == simdjson::INCORRECT_TYPE ? core::invalid_input("not a JSON object") : malformed_json(error);
  }
  return object;
}

core::Result<void> JsonReader::at_end(Document& document) {
  if (document.current_location().error() == simdjson::OUT_OF_BOUNDS) return {};
  return core::invalid_input("text after the JSON object");
}

core::Result<JsonReader::json_type> JsonReader::type_of(Value& value) {
  json_type type{};
  if (const auto error = value.type().get(type)) return malformed_json(error);
  return type;
}

core::Result<JsonReader::Object> JsonReader::object_of(Value& value) {
  Object object;
  if (const auto error = value.get_object().get(object)) return malformed_json(error);
  return object;
}

core::Result<JsonReader::Array> JsonReader::array_of(Value& value) {
  Array array;
  if (const auto error = value.get_array().get(array)) return malformed_json(error);
  return array;
}

std::string_view JsonReader::keep(std::string_view text) const {
  if (!has_forbidden_control(text)) return arena_.copy(text);
  return arena_.copy(replace_forbidden_controls(text));
}

core::Result<std::string_view> JsonReader::scalar(Value& value, json_type type) {
  if (type == json_type::string) {
    std::string_view text;
    if (const auto error = value.get_string().get(text)) return malformed_json(error);
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

core::Result<std::string_view> JsonReader::text(Value& value, json_type type, int depth) const {
  if (type == json_type::object || type == json_type::array) {
    std::string json;
    RW_CHECK(append_json(value, type, depth, json));
    return keep(json);
  }
  if (type == json_type::string) {
    const std::size_t token_size = value.raw_json_token().size();
    std::string_view text;
    if (const auto error = value.get_string().get(text)) return malformed_json(error);
    // Control characters come out of escapes only, and a text with escapes is shorter than what its quotes hold.
    return text.size() + 2 == token_size ? arena_.copy(text) : keep(text);
  }
  RW_TRY(const std::string_view text, scalar(value, type));
  return type == json_type::null ? std::string_view() : arena_.copy(text);
}

core::Result<void> JsonReader::check_depth(int depth) {
  if (depth <= kMaxDepth) return {};
  return core::invalid_input(fmt::format("nested deeper than {} levels", kMaxDepth));
}

core::Result<void> JsonReader::append_json(Value& value, json_type type, int depth, std::string& out) {
  RW_CHECK(check_depth(depth));
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

}  // namespace rw::ingest
