// The value, or the end of the program with what went wrong.
#pragma once

#include <cstdlib>
#include <iostream>
#include <utility>

#include "daemon/core/result.h"

namespace rw::bench {

template <class T>
T must(core::Result<T> result) {
  if (!result.ok()) {
    std::cerr << core::render(result.error()) << '\n';
    std::abort();
  }
  return std::move(result).value();
}

}  // namespace rw::bench
