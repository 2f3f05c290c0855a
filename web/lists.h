// One page of a list over the store, as the list routes share it.
#pragma once

#include "web/context.h"
#include "web/parameters.h"
#include "web/render.h"

namespace rw::web {

// May add or rename members.
using FinishItem = void (*)(Json& item);

// The page with the column "time" called as the API calls it.
storage::ListPage with_time_name(storage::ListPage page, std::string_view time_name);

// The items of the store's page, each through `finish`.
Answer answer_list(const Context& context, const http::Request& request, const ListSpec& spec,
                   FinishItem finish = nullptr);

}  // namespace rw::web
