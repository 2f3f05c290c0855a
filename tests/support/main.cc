// The one Catch main.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

// What the thread sanitizer shall not report. cpp-httplib's library is not instrumented: the check that guards its
// static locals is invisible to the sanitizer, which then takes every later reader for a race with the one who made
// them. Only what the library itself reads and writes is left out; our handlers, which it calls, are not.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "called_from_lib:libcpp-httplib.so\n"; }
