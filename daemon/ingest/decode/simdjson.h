// simdjson, by whoever reads JSON here. Its own assertions stand at every step and are a twelfth of the decoding of an
// event (callgrind on decode_and_normalize/winlogbeat: 56.9 and 52.0 thousand instructions), so an optimised build goes
// without; ours stay. Builds with sanitizers, the fuzz targets among them, keep all.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RW_SIMDJSON_ASSERTS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RW_SIMDJSON_ASSERTS
#endif
#endif

#if defined(__OPTIMIZE__) && !defined(NDEBUG) && !defined(RW_SIMDJSON_ASSERTS)
#define NDEBUG
#include <simdjson.h>
#undef NDEBUG
#include <cassert>  // assert() as it was
#else
#include <simdjson.h>
#endif
