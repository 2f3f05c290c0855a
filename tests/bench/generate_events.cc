// Writes N events to stdout as a sender sends them: the load of scripts/bench.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/events.h"

namespace {

using rw::bench::Form;
using rw::bench::Paths;

struct Options {
  std::uint64_t from = 0;
  std::uint64_t count = 0;
  Form form = Form::kXml;
  Paths paths = Paths::kRepeating;
};

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Options> read(int argc, char** argv) {
  Options options;
  if (argc < 2 || !read_number(argv[1], options.count)) return std::nullopt;
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "nxlog") {
      options.form = Form::kNxlog;
    } else if (argument == "winlogbeat") {
      options.form = Form::kWinlogbeat;
    } else if (argument == "distinct") {
      options.paths = Paths::kDistinct;
    } else if (!argument.starts_with("from=") || !read_number(argument.substr(5), options.from)) {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = read(argc, argv);
  if (!options) {
    std::fputs("usage: generate_events COUNT [from=NUMBER] [nxlog|winlogbeat] [distinct]\n", stderr);
    return 2;
  }
  std::string buffer;
  for (std::uint64_t i = 0; i < options->count; ++i) {
    buffer += rw::bench::event_on_the_wire(options->from + i, options->form, options->paths);
    if (buffer.size() > (1 << 20) || i + 1 == options->count) {
      if (std::fwrite(buffer.data(), 1, buffer.size(), stdout) != buffer.size()) return 1;
      buffer.clear();
    }
  }
  return 0;
}
