#include "daemon/ingest/http/elastic_bulk.h"

#include <fmt/format.h>
#include "daemon/ingest/decode/simdjson.h"

#include <algorithm>
#include <cstdint>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_limit.h"

namespace rw::ingest {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// An index's name has 255 bytes at most, an id 512.
constexpr std::size_t kMaxActionBytes = 64 * 1024;

constexpr BulkAction kActions[] = {BulkAction::kIndex, BulkAction::kCreate, BulkAction::kUpdate, BulkAction::kDelete};

// As Elasticsearch's parser calls what it has found.
std::string_view token_name(element value) {
  switch (value.type()) {
    case element_type::OBJECT:
      return "START_OBJECT";
    case element_type::ARRAY:
      return "START_ARRAY";
    case element_type::STRING:
      return "VALUE_STRING";
    case element_type::BOOL:
      return "VALUE_BOOLEAN";
    case element_type::NULL_VALUE:
      return "VALUE_NULL";
    default:
      return "VALUE_NUMBER";
  }
}

// Of a meta field: numbers are taken as their text.
std::string text_of_meta(element value) {
  if (value.is_string()) return std::string(value.get_string().value_unsafe());
  if (value.is_int64() || value.is_uint64() || value.is_double()) return simdjson::to_string(value);
  return {};
}

std::optional<core::Micros> time_of_milliseconds(std::int64_t ms) {
  if (ms < 0 || ms > INT64_MAX / 1000) return std::nullopt;
  return core::from_us(ms * 1000);
}

std::optional<core::Micros> time_of(element value) {
  if (std::int64_t ms = 0; value.get_int64().get(ms) == simdjson::SUCCESS) return time_of_milliseconds(ms);
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  const core::Result<core::Micros> time = core::parse_iso8601(text);
  return time.ok() ? std::optional(*time) : std::nullopt;
}

std::string_view string_or_nothing(element value) {
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS ? core::trim(text) : std::string_view();
}

}  // namespace

std::string_view name_of(BulkAction action) {
  switch (action) {
    case BulkAction::kIndex:
      return "index";
    case BulkAction::kCreate:
      return "create";
    case BulkAction::kUpdate:
      return "update";
    case BulkAction::kDelete:
      return "delete";
  }
  return "index";
}

struct ElasticBulkReader::Json {
  simdjson::dom::parser parser;
  std::string cleaned;
};

ElasticBulkReader::ElasticBulkReader(std::string_view body) : rest_(body), json_(std::make_unique<Json>()) {
  if (rest_.starts_with(core::kByteOrderMark)) rest_.remove_prefix(core::kByteOrderMark.size());
}

ElasticBulkReader::~ElasticBulkReader() = default;

std::string_view ElasticBulkReader::next_line() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = core::trim(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_number_;
    if (!line.empty()) return line;
  }
  return {};
}

core::Result<std::optional<BulkItem>> ElasticBulkReader::next() {
  BulkItem item;
  item.line = action_line_ = next_line();
  if (item.line.empty()) return std::optional<BulkItem>();
  RW_CHECK(read_action(item));
  if (item.action != BulkAction::kDelete) item.document = next_line();
  return std::optional(std::move(item));
}

core::Result<void> ElasticBulkReader::read_action(BulkItem& item) {
  const auto malformed = [&](std::string_view found) {
    return core::invalid_input(fmt::format("Malformed action/metadata line [{}], {}", line_number_, found));
  };
  std::string_view text = item.line;
  if (text.size() > kMaxActionBytes) return malformed(fmt::format("{} bytes long", text.size()));
  element root;
  simdjson::error_code error = json_->parser.parse(text.data(), text.size()).get(root);
  if (error == simdjson::UTF8_ERROR) {
    json_->cleaned = core::to_valid_utf8(text);
    error = json_->parser.parse(json_->cleaned.data(), json_->cleaned.size()).get(root);
  }
  if (error != simdjson::SUCCESS) {
    return malformed(fmt::format("expected START_OBJECT but found what is no JSON ({}): {}",
                                 simdjson::error_message(error), core::quoted(text)));
  }
  if (!root.is_object()) return malformed(fmt::format("expected START_OBJECT but found [{}]", token_name(root)));
  const simdjson::dom::object object = root.get_object().value_unsafe();
  if (object.begin() == object.end()) return malformed("expected FIELD_NAME but found [END_OBJECT]");
  const simdjson::dom::key_value_pair member = *object.begin();
  const auto* const action =
      std::find_if(std::begin(kActions), std::end(kActions), [&](BulkAction a) { return name_of(a) == member.key; });
  if (action == std::end(kActions)) {
    return malformed(
        fmt::format("expected field [create], [delete], [index] or [update] but found [{}]", core::quoted(member.key)));
  }
  if (!member.value.is_object()) {
    return malformed(fmt::format("expected START_OBJECT but found [{}]", token_name(member.value)));
  }
  if (object.size() != 1) return malformed("expected END_OBJECT but found [FIELD_NAME]");
  item.action = *action;
  const simdjson::dom::object metas = member.value.get_object().value_unsafe();
  for (const simdjson::dom::key_value_pair meta : metas) {
    if (meta.key == "_index") item.index = text_of_meta(meta.value);
    if (meta.key == "_id") item.id = text_of_meta(meta.value);
  }
  return {};
}

struct DocumentFallbackReader::Json {
  simdjson::dom::parser parser;
};

DocumentFallbackReader::DocumentFallbackReader() : json_(std::make_unique<Json>()) {}
DocumentFallbackReader::~DocumentFallbackReader() = default;

void DocumentFallbackReader::start(std::string_view document) {
  document_ = document;
  known_.reset();
}

Fallback DocumentFallbackReader::fallback() {
  if (!known_) known_ = read();
  return *known_;
}

Fallback DocumentFallbackReader::read() {
  Fallback fallback;
  simdjson::dom::object object;
  if (!check_event_size(document_.size()).ok() ||  // the event is refused for it
      !document_.starts_with('{') ||  // no object, or empty: simdjson copies from it, even if that is nothing
      json_->parser.parse(document_.data(), document_.size()).get_object().get(object) != simdjson::SUCCESS) {
    return fallback;
  }
  for (const simdjson::dom::key_value_pair member : object) {
    if (member.key == "@timestamp") fallback.time = time_of(member.value);
    std::string_view host;
    if (member.key == "host" || member.key == "host.name") host = string_or_nothing(member.value);
    if (member.key == "host" && member.value.is_object()) {
      const simdjson::dom::object inner = member.value.get_object().value_unsafe();
      for (const std::string_view key : {"name", "hostname"}) {
        element value;
        if (host.empty() && inner.at_key(key).get(value) == simdjson::SUCCESS) host = string_or_nothing(value);
      }
    }
    if (fallback.host.empty()) fallback.host = host;
  }
  return fallback;
}

}  // namespace rw::ingest
