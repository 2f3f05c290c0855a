#include "web/item_list.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "daemon/core/text_pattern.h"
#include "web/cursor.h"

namespace rw::web {
namespace {

bool value_matches(const Json& value, const core::TextPattern& pattern) {
  if (value.is_string()) return pattern.matches(value.get_ref<const std::string&>());
  if (!value.is_array()) return pattern.matches(value.dump());
  return std::ranges::any_of(value, [&](const Json& element) { return value_matches(element, pattern); });
}

}  // namespace

bool matches(const Json& item, const IndexRequest& index) {
  return std::ranges::all_of(index.filters, [&](const auto& filter) {
    const auto member = item.find(filter.first);
    return member != item.end() && value_matches(*member, filter.second);
  });
}

Answer answer_items(const http::Request& request, std::string_view name, const std::vector<std::string_view>& columns,
                    std::vector<Json> items) {
  RW_TRY(const IndexRequest index, parse_index_request(request, name, columns));
  std::vector<Json> page;
  std::optional<std::string> next_cursor;
  for (std::size_t i = index.first; i < items.size(); ++i) {
    if (!matches(items[i], index)) continue;
    if (page.size() == index.limit) {
      next_cursor = encode_cursor(name, static_cast<std::int64_t>(i));
      break;
    }
    page.push_back(std::move(items[i]));
  }
  return list_response(std::move(page), next_cursor);
}

}  // namespace rw::web
