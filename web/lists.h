// A list over the store, as the list routes share it: a page of it as JSON, or all of it, page by page, as CSV or
// NDJSON.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "web/context.h"
#include "web/parameters.h"
#include "web/render.h"

namespace rw::web {

// May add or rename members: those added are named in the spec.
using FinishItem = void (*)(Json& item);

// The page with the column "time" called as the API calls it.
storage::ListPage with_time_name(storage::ListPage page, std::string_view time_name);

// The items of the store's page, each through `finish`.
Answer answer_list(const Context& context, const http::Request& request, const ListSpec& spec,
                   FinishItem finish = nullptr);

// Appends what an item is in a body.
using AppendItem = std::function<void(std::string& body, const Json& item)>;

// Goes through a list page by page while the body is being sent. The first page is read before: what is wrong with the
// question is an answer, and not the end of a body. limit: of items; unset: none. head: what the body begins with.
Answer stream_items(const Context& context, storage::ListRequest list, const ListSpec& spec, FinishItem finish,
                    std::optional<std::int64_t> limit, std::string content_type, std::string head, AppendItem append);

}  // namespace rw::web
