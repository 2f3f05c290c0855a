#include "daemon/ingest/decode/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "daemon/ingest/decode/json_reader.h"

namespace rw::ingest {
namespace {

static_assert(JsonFields::kMaxFields < 0xffff);

// Paths of one object mostly differ in their size or at their end.
std::size_t hash_of_path(std::string_view path) {
  std::uint64_t tail = 0;
  const std::size_t size = std::min(path.size(), sizeof tail);
  if (size == sizeof tail) {
    std::memcpy(&tail, path.data() + path.size() - sizeof tail, sizeof tail);
  } else {
    for (const char c : path) tail = tail << 8 | static_cast<unsigned char>(c);
  }
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  return static_cast<std::size_t>(((tail ^ path.size()) * kOdd) >> 57);
}

}  // namespace

class JsonFlattener : private JsonReader {
 public:
  JsonFlattener(core::Arena& arena, JsonFields& fields) : JsonReader(arena), fields_(fields) {}

  core::Result<void> document(Document& document) {
    RW_TRY(Object object, root_object(document));
    RW_CHECK(members(object, {}, 0));
    fields_.form_ = form_.form();
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
      RW_TRY(const json_type type, type_of(member));
      if (depth == 0) {
        form_asks_ = form_.member(name, type);
      } else if (depth == 1 && form_asks_) {
        form_.inner(name);
      }
      // Names of the top level are kept as path_of does; below it they are joined, so they are cleaned here.
      RW_TRY(const std::string_view path, path_of(parent, ".", parent.empty() ? name : keep(name)));
      return value(member, type, path, depth + 1);
    });
  }

  core::Result<void> value(Value& value, json_type type, std::string_view path, int depth) {
    if (type == json_type::object) {
      RW_TRY(Object object, object_of(value));
      return members(object, path, depth);
    }
    if (type == json_type::array) {
      RW_CHECK(check_depth(depth));
      RW_TRY(Array array, array_of(value));
      RW_TRY(const std::string_view item_path, path_of(path, "[]", {}));
      return each_item(array, [&](Value& item) -> core::Result<void> {
        RW_TRY(const json_type item_type, type_of(item));
        return this->value(item, item_type, item_path, depth + 1);
      });
    }
    RW_TRY(const std::string_view kept, text(value, type, depth));
    if (depth == 1 && form_asks_) form_.text(kept);
    if (fields_.fields_.size() >= JsonFields::kMaxFields) {
      return core::invalid_input(fmt::format("more than {} values in a JSON object", JsonFields::kMaxFields));
    }
    fields_.fields_.push_back({path, kept, type == json_type::null});
    return {};
  }

  JsonFields& fields_;
  JsonFormFinder form_;
  bool form_asks_ = false;  // of the member of the top level that is read
};

core::Result<JsonFields> JsonFields::read(simdjson::ondemand::document& document, core::Arena& arena) {
  JsonFields fields;
  fields.fields_.reserve(64);
  RW_CHECK(JsonFlattener(arena, fields).document(document));
  fields.index();
  return fields;
}

void JsonFields::index() {
  for (std::size_t i = fields_.size(); i-- > 0;) {
    if (fields_[i].value.empty()) continue;
    std::uint16_t& first = first_[hash_of_path(fields_[i].path)];
    fields_[i].next = std::exchange(first, static_cast<std::uint16_t>(i + 1));
  }
}

std::string_view JsonFields::get(std::string_view path) const {
  for (std::size_t at = first_[hash_of_path(path)]; at != 0; at = fields_[at - 1].next) {
    if (fields_[at - 1].path == path) return fields_[at - 1].value;
  }
  return {};
}

JsonFields JsonFields::under(std::string_view prefix) const {
  JsonFields below;
  for (const JsonField& field : fields_) {
    if (!field.path.starts_with(prefix)) continue;
    below.fields_.push_back({field.path.substr(prefix.size()), field.value, field.is_null});
  }
  below.index();
  return below;
}

}  // namespace rw::ingest
