#include "daemon/ingest/decode/json_fields.h"

#include <fmt/format.h>

#include <cstring>

#include "daemon/ingest/decode/json_reader.h"

namespace rw::ingest {

class JsonFlattener : private JsonReader {
 public:
  JsonFlattener(core::Arena& arena, JsonFields& fields) : JsonReader(arena), fields_(fields) {}

  core::Result<void> document(Document& document) {
    RW_TRY(Object object, root_object(document));
    RW_CHECK(members(object, {}, 0));
    return at_end(document);
  }

 private:
  core::Result<std::string_view> path_of(std::string_view parent, std::string_view separator, std::string_view name) {
    const std::size_t size = parent.size() + separator.size() + name.size();
    if (size > JsonFields::kMaxPathBytes) {
      return core::invalid_input(fmt::format("a name of more than {} bytes", JsonFields::kMaxPathBytes));
    }
    if (parent.empty()) return keep(name);
    char* const path = arena_.allocate(size);
    std::memcpy(path, parent.data(), parent.size());
    std::memcpy(path + parent.size(), separator.data(), separator.size());
    if (!name.empty()) std::memcpy(path + parent.size() + separator.size(), name.data(), name.size());
    return std::string_view(path, size);
  }

  core::Result<void> members(Object& object, std::string_view parent, int depth) {
    RW_CHECK(check_depth(depth));
    return each_member(object, [&](std::string_view name, Value& member) -> core::Result<void> {
      // Names of the top level are kept as path_of does; below it they are joined, so they are cleaned here.
      RW_TRY(const std::string_view path, path_of(parent, ".", parent.empty() ? name : keep(name)));
      return value(member, path, depth + 1);
    });
  }

  core::Result<void> value(Value& value, std::string_view path, int depth) {
    RW_TRY(const json_type type, type_of(value));
    if (type == json_type::object) {
      RW_TRY(Object object, object_of(value));
      return members(object, path, depth);
    }
    if (type == json_type::array) {
      RW_CHECK(check_depth(depth));
      RW_TRY(Array array, array_of(value));
      RW_TRY(const std::string_view item_path, path_of(path, "[]", {}));
      return each_item(array, [&](Value& item) { return this->value(item, item_path, depth + 1); });
    }
    RW_TRY(const std::string_view kept, text(value, type, depth));
    if (fields_.fields_.size() >= JsonFields::kMaxFields) {
      return core::invalid_input(fmt::format("more than {} values in a JSON object", JsonFields::kMaxFields));
    }
    fields_.fields_.push_back({path, kept, type == json_type::null});
    return {};
  }

  JsonFields& fields_;
};

core::Result<JsonFields> JsonFields::read(simdjson::ondemand::document& document, core::Arena& arena) {
  JsonFields fields;
  fields.fields_.reserve(64);
  RW_CHECK(JsonFlattener(arena, fields).document(document));
  return fields;
}

std::string_view JsonFields::get(std::string_view path) const {
  for (const JsonField& field : fields_) {
    if (field.path == path && !field.value.empty()) return field.value;
  }
  return {};
}

JsonFields JsonFields::under(std::string_view prefix) const {
  JsonFields below;
  for (const JsonField& field : fields_) {
    if (!field.path.starts_with(prefix)) continue;
    below.fields_.push_back({field.path.substr(prefix.size()), field.value, field.is_null});
  }
  return below;
}

}  // namespace rw::ingest
