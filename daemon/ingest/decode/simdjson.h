// simdjson, by whoever reads JSON here. Its own assertions stand at every step and are a twelfth of the decoding of an
// event (callgrind on decode_and_normalize/winlogbeat: 56.9 and 52.0 thousand instructions), so an optimised build goes
// without; ours stay. Builds with sanitizers, the fuzz targets among them, keep all.
#pragma once

#include "daemon/core/sanitizers.h"

#if defined(__OPTIMIZE__) && !defined(NDEBUG) && !RW_SANITIZED
#define NDEBUG
#include <simdjson.h>
#undef NDEBUG
#include <cassert>  // assert() as it was
#else
#include <simdjson.h>
#endif
