#include "daemon/ingest/decode/event_json.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_text.h"
#include "daemon/ingest/decode/event_xml.h"
#include "daemon/ingest/decode/generic_json.h"
#include "daemon/ingest/decode/json_form.h"
#include "daemon/ingest/decode/json_forms.h"
#include "daemon/ingest/decode/json_reader.h"
#include "daemon/ingest/decode/json_text.h"

namespace rw::ingest {
namespace {

// Where relays and collectors put what they received.
constexpr std::string_view kWrapperNames[] = {"message", "msg", "event", "log", "raw", "_raw", "body", "SyslogMessage"};

bool is_wrapper_name(std::string_view name) {
  return std::any_of(std::begin(kWrapperNames), std::end(kWrapperNames),
                     [&](std::string_view known) { return core::equals_ascii_nocase(name, known); });
}

DecodeJsonFields* decoder_of_form(JsonForm form) {
  switch (form) {
    case JsonForm::kNxlog:
      return decode_nxlog_json;
    case JsonForm::kWinlogbeat:
      return decode_winlogbeat;
    case JsonForm::kFluentBit:
      return decode_fluent_bit;
    case JsonForm::kVector:
      return decode_vector;
    case JsonForm::kOpenTelemetry:
      return decode_opentelemetry;
    case JsonForm::kWazuh:
      return decode_wazuh;
    case JsonForm::kNone:
    case JsonForm::kGeneric:
      break;
  }
  return nullptr;
}

bool has_flat_form(PayloadFormat format) {
  switch (format) {
    case PayloadFormat::kNxlogJson:
    case PayloadFormat::kWinlogbeat:
    case PayloadFormat::kFluentBit:
    case PayloadFormat::kVector:
    case PayloadFormat::kOpenTelemetry:
    case PayloadFormat::kWazuh:
      return true;
    default:
      return false;
  }
}

class JsonDecoder {
 public:
  JsonDecoder(const PayloadContext& context, core::Arena& arena, WindowsEvent& event, const TakeEvent& take,
              const DecodeWrapped& decode_wrapped)
      : context_(context), arena_(arena), event_(event), take_(take), decode_wrapped_(decode_wrapped) {}

  // Returns the number of calls to take.
  std::size_t object(std::string_view json) {
    // What a connection sends mostly has the form of the event before.
    if (has_flat_form(event_.format)) {
      if (const auto decoded = flat_event(json)) {
        take_(json, *decoded);
        return 1;
      }
    }
    std::vector<std::string> wrapped;  // not in the arena, which take may rewind
    const core::Result<void> decoded = read_json(json, arena_, [&](simdjson::ondemand::document& document) {
      wrapped.clear();
      return event_or_wrapped(document, wrapped);
    });
    for (const std::string& text : wrapped) {
      if (!is_payload(text)) continue;
      const core::Result<std::size_t> events = decode_wrapped_(text);
      if (events.ok()) return *events;
      take_(json, events.error());
      return 1;
    }
    take_(json, decoded);
    return 1;
  }

 private:
  core::Result<void> decode_fields(DecodeJsonFields* decode, const JsonFields& fields) {
    event_.clear();
    return decode(fields, context_, arena_, event_);
  }

  // Fields and their form read in one go. Nullopt: the object is of another form, or broken; nothing was done.
  std::optional<core::Result<void>> flat_event(std::string_view json) {
    const core::Arena::Mark mark = arena_.mark();
    bool is_flat = false;
    core::Result<void> decoded =
        read_json(json, arena_, [&](simdjson::ondemand::document& document) -> core::Result<void> {
          is_flat = false;  // it may be called again
          RW_TRY(const JsonFields fields, JsonFields::read(document, arena_));
          DecodeJsonFields* const decode = decoder_of_form(fields.form());
          is_flat = decode != nullptr;
          return is_flat ? decode_fields(decode, fields) : core::Result<void>();
        });
    if (is_flat) return decoded;
    arena_.rewind(mark);
    return std::nullopt;
  }

  // Where the object is no event: its error, and in `wrapped` what it may wrap.
  core::Result<void> event_or_wrapped(simdjson::ondemand::document& document, std::vector<std::string>& wrapped) {
    RW_TRY(const JsonForm form, json_form_of(document));
    document.rewind();
    if (DecodeJsonFields* const decode = decoder_of_form(form)) {
      RW_TRY(const JsonFields fields, JsonFields::read(document, arena_));
      return decode_fields(decode, fields);
    }
    if (form == JsonForm::kNone && decode_wrapped_ != nullptr) {
      RW_CHECK(find_wrapped(document, wrapped));
      document.rewind();
    }
    return read_generic_json(document, arena_, event_);
  }

  core::Result<void> find_wrapped(simdjson::ondemand::document& document, std::vector<std::string>& wrapped) {
    RW_TRY(JsonReader::Object object, JsonReader::root_object(document));
    return JsonReader::each_member(object, [&](std::string_view name, JsonReader::Value& value) -> core::Result<void> {
      if (!is_wrapper_name(name) && name != "event.original") return {};
      RW_TRY(const JsonReader::json_type type, JsonReader::type_of(value));
      if (type == JsonReader::json_type::string) {
        RW_TRY(const std::string_view text, JsonReader::scalar(value, type));
        wrapped.emplace_back(text);
      } else if (type == JsonReader::json_type::object) {
        RW_TRY(JsonReader::Object inner, JsonReader::object_of(value));
        std::string_view text;
        if (const auto error = inner.raw_json().get(text)) return malformed_json(error);
        wrapped.emplace_back(text);
        if (core::equals_ascii_nocase(name, "event")) add_original(text, wrapped);
      }
      return {};
    });
  }

  // ECS: {"event":{"original":"<Event …"}}.
  void add_original(std::string_view json, std::vector<std::string>& wrapped) {
    std::optional<std::string> original;
    const auto read = [&](simdjson::ondemand::document& document) -> core::Result<void> {
      RW_TRY(JsonReader::Object object, JsonReader::root_object(document));
      return JsonReader::each_member(object,
                                     [&](std::string_view name, JsonReader::Value& value) -> core::Result<void> {
                                       RW_TRY(const JsonReader::json_type type, JsonReader::type_of(value));
                                       if (name != "original" || type != JsonReader::json_type::string) return {};
                                       RW_TRY(original, JsonReader::scalar(value, type));
                                       return {};
                                     });
    };
    if (read_json(json, arena_, read).ok() && original) wrapped.push_back(*std::move(original));
  }

  bool is_event_object(std::string_view json) const {
    JsonForm form = JsonForm::kNone;
    const auto read = [&](simdjson::ondemand::document& document) -> core::Result<void> {
      RW_TRY(form, json_form_of(document));
      return {};
    };
    return read_json(json, arena_, read).ok() && form != JsonForm::kNone;
  }

  bool is_payload(std::string_view text) const {
    text = core::trim(text);
    if (text.starts_with('{')) return is_event_object(text);
    return looks_like_event_json(text) || looks_like_event_xml(text) || text_decoder_of(text, context_) != nullptr ||
           !find_event_xml(text).empty();
  }

  const PayloadContext& context_;
  core::Arena& arena_;
  WindowsEvent& event_;
  const TakeEvent& take_;
  const DecodeWrapped& decode_wrapped_;
};

}  // namespace

bool looks_like_event_json(std::string_view text) {
  text = core::trim(text);
  if (text.starts_with('{')) return true;
  if (!text.starts_with('[')) return false;
  text = core::trim(text.substr(1));
  return text.starts_with('{') || text == "]";
}

core::Result<std::size_t> decode_event_json(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                            WindowsEvent& event, const TakeEvent& take,
                                            const DecodeWrapped& decode_wrapped) {
  JsonDecoder decoder(context, arena, event, take, decode_wrapped);
  text = core::trim(text);
  if (!text.starts_with('[')) return decoder.object(text);
  std::size_t taken = 0;
  JsonArrayItems items(text);
  while (const std::optional<std::string_view> item = items.next()) taken += decoder.object(*item);
  if (!items.closed()) {
    take(text, core::invalid_input("a JSON array without its end"));
    return taken + 1;
  }
  if (taken == 0) return core::invalid_input("a JSON array without items");
  return taken;
}

}  // namespace rw::ingest
