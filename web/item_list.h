// Lists of what is held in memory (detections, exceptions): filtered by their members, a page at a time. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "web/context.h"
#include "web/parameters.h"
#include "web/render.h"

namespace rw::web {

// Whether each filter is a member of the item with such a value: a text, a number, a boolean, or one of a list.
bool matches(const Json& item, const IndexRequest& index);

// The page that the request asks for. columns: what items can be filtered by. Errors: InvalidInput.
Answer answer_items(const http::Request& request, std::string_view name, const std::vector<std::string_view>& columns,
                    std::vector<Json> items);

}  // namespace rw::web
