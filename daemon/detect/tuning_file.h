// tuning.yaml: what detect/tuning.h holds, as a file that people can read and edit. Whoever changes it over the API has
// it written anew: comments in it are lost, what it says is not.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/problem.h"
#include "daemon/core/result.h"
#include "daemon/detect/tuning.h"
#include "daemon/yaml/reader.h"

namespace rw::detect {

// Bounds on what is in it, so that a search's row is not compared for ever.
inline constexpr std::size_t kMostTuningEntries = 5000;  // exceptions, and suppressions
inline constexpr std::size_t kMostTuningFields = 20;     // of one
inline constexpr std::size_t kLongestTuningText = 1024;  // a pattern, a reason; of a filter eight times as much

// No file is no tuning. nullopt: it cannot be read, or there is an error in it (an unknown key is one); all of them are
// in problems. Of an exception or suppression without an id one is made from what it says.
std::optional<Tuning> load_tuning(const std::string& path, core::Problems& problems);
std::optional<Tuning> parse_tuning(const yaml::Node& root, core::Problems& problems);

// The text of the file; parse_tuning() gives the same back.
std::string render_tuning(const Tuning& tuning);

// In place of what is there, whole or not at all, durable when it returns. `last_check` is called when all that takes
// room has been written, beside the file; after an error of it the file is as it was. Errors: Io, those of
// `last_check`.
core::Result<void> write_tuning(
    const std::string& path, const Tuning& tuning,
    const std::function<core::Result<void>()>& last_check = [] { return core::Result<void>(); });

// What an exception must be, beyond its form: with a pattern that says something. Errors: InvalidInput.
core::Result<void> check(const Exception& exception);
core::Result<void> check(const Suppression& suppression);
core::Result<void> check_filter(std::string_view search);

}  // namespace rw::detect
