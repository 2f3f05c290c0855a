// One page of a list over the store, as the list routes share it.
#pragma once

#include "web/context.h"
#include "web/parameters.h"
#include "web/render.h"

namespace rw::web {

// The items of the store's page, each through `finish`, which may add or rename members.
using FinishItem = void (*)(Json& item);
Answer answer_list(const Context& context, const http::Request& request, const ListSpec& spec,
                   FinishItem finish = nullptr);

}  // namespace rw::web
