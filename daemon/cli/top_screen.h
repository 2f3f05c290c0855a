// What `regwarden top` shows: two looks at a daemon's API become the lines of a screen. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::cli {

// Of Prometheus' text format, samples without labels by their name, others by name and labels as written.
std::map<std::string, double> read_metrics(std::string_view text);

struct TopLook {
  core::Micros time;                                  // when it was asked
  std::chrono::steady_clock::time_point steady_time;  // the same
  std::map<std::string, double> metrics;

  struct Condition {
    std::string condition;
    std::string message;
  };
  std::string version;
  std::vector<Condition> conditions;

  struct Source {
    std::string host;
    std::string channel;
    std::string last_received;
    std::uint64_t events = 0;
  };
  std::vector<Source> sources;

  struct Run {
    std::string finished;
    std::string detection;
    std::string status;
    std::int64_t results = 0;
  };
  std::vector<Run> runs;  // newest first

  struct Notable {
    std::string time;
    std::string urgency;
    std::string title;
  };
  std::vector<Notable> notables;  // newest first
};

// The answers of GET /metrics, /api/v1/status, /sources, /runs, /notables. Errors: InvalidInput (they are none).
core::Result<TopLook> read_look(std::string_view metrics, std::string_view status, std::string_view sources,
                                std::string_view runs, std::string_view notables);

// Lines of at most `width` characters, at most `height` of them. Rates are those between the two looks; of the first
// look alone (`before` == `now`) there are none. Texts of events have no control characters.
std::vector<std::string> top_screen(const TopLook& before, const TopLook& now, std::string_view url, std::size_t width,
                                    std::size_t height);

}  // namespace rw::cli
