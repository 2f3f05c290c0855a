#include "daemon/cli/output_option.h"

#include <CLI/CLI.hpp>
#include <map>

#include "daemon/core/time_modifier.h"

namespace rw::cli {

void add_output_option(CLI::App& command, OutputFormat& format) {
  static const std::map<std::string, OutputFormat> kFormats = {
      {"table", OutputFormat::kTable}, {"json", OutputFormat::kJson}, {"csv", OutputFormat::kCsv}};
  command.add_option("-o,--output", format, "Output format: table, json or csv")
      ->transform(CLI::CheckedTransformer(kFormats).description(""))
      ->type_name("FORMAT");
}

core::Result<cim::Window> parse_window(const std::string& earliest, const std::string& latest, core::Micros now,
                                       const core::TimeZone& zone) {
  const auto parse = [&](const char* option, const std::string& text) -> core::Result<core::Micros> {
    core::Result<core::Micros> time = core::parse_time_argument(text, now, zone);
    if (!time.ok()) return core::invalid_input(std::string(option) + ": " + time.error().message);
    return time;
  };
  RW_TRY(const core::Micros from, parse("--earliest", earliest));
  RW_TRY(const core::Micros to, parse("--latest", latest));
  if (from >= to) {
    return core::invalid_input("--earliest " + core::format_rfc3339(from) + " is not before --latest " +
                               core::format_rfc3339(to));
  }
  return cim::Window{from, to};
}

}  // namespace rw::cli
