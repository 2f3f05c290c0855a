// doctor: the clock and the limits of the system.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "daemon/cli/doctor.h"
#include "daemon/cli/render.h"
#include "daemon/core/units.h"

namespace rw::cli {
namespace {

constexpr std::string_view kClock = "clock";
constexpr std::int64_t kFirstDayUs = 1'767'225'600'000'000;  // 2026-01-01: this program is not older
constexpr std::chrono::minutes kAhead{10};                   // what clocks of two machines may well differ by
constexpr std::uint64_t kOwnFiles = 200;                     // database, log, libraries, wakers, searches

// Through /proc, since limits are those of the process.
std::optional<std::uint64_t> open_files_of(int process) {
  std::ifstream in(fmt::format("/proc/{}/limits", process));
  constexpr std::string_view kName = "Max open files";
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(kName)) continue;
    std::istringstream words(line.substr(kName.size()));
    std::string soft;
    std::uint64_t hard = 0;
    if (words >> soft >> hard) return hard;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> own_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_max;
}

struct Latest {
  core::Micros time;
  std::string host;
};

// The newest of a column of times, over all sources that send.
std::optional<Latest> latest_of(storage::Reader& reader, std::string_view column) {
  storage::ListRequest request;
  request.listing = storage::Listing::kSources;
  request.limit = static_cast<int>(storage::kMaxSources);
  const auto page = reader.list(request);
  if (!page.ok()) return std::nullopt;
  const auto index = [&](std::string_view name) { return column_of(page->table.columns, name); };
  std::optional<Latest> latest;
  for (const auto& row : page->table.rows) {
    const auto* time = std::get_if<std::int64_t>(&row[index(column)]);
    const auto* host = std::get_if<std::string>(&row[index("host")]);
    if (time == nullptr || host == nullptr || (latest && core::from_us(*time) <= latest->time)) continue;
    latest = Latest{core::from_us(*time), *host};
  }
  return latest;
}

std::string minutes_of(std::chrono::microseconds time) {
  return core::format_duration(std::chrono::round<std::chrono::minutes>(time));
}

}  // namespace

void check_clock(const Patient& patient, Findings& findings) {
  const std::string now = core::format_rfc3339(std::chrono::floor<std::chrono::seconds>(patient.now));
  const std::string synchronise = "timedatectl set-ntp true; then timedatectl shows it";
  if (core::to_us(patient.now) < kFirstDayUs) {
    findings.problem(kClock, fmt::format("it says {}, which cannot be", now), synchronise);
  }
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer == TIME_ERROR || (answer >= 0 && (state.status & STA_UNSYNC) != 0)) {
    findings.warning(kClock, fmt::format("{}, and no time service keeps it right", now), synchronise);
  }
  if (patient.reader != nullptr) {
    if (const auto received = latest_of(*patient.reader, "time"); received && received->time > patient.now + kAhead) {
      findings.problem(kClock,
                       fmt::format("{}, but an event has arrived at {}: one of both was wrong", now,
                                   core::format_rfc3339(received->time)),
                       synchronise);
    }
    if (const auto event = latest_of(*patient.reader, "last_event"); event && event->time > patient.now + kAhead) {
      findings.warning(
          kClock,
          fmt::format("{}: its newest event is {} in the future", event->host, minutes_of(event->time - patient.now)),
          "set the clock of that machine right: w32tm /resync");
    }
  }
  findings.ok_if_quiet(kClock, now + (answer < 0 ? "" : ", kept right by a time service"));
}

void check_limits(const Patient& patient, Findings& findings) {
  std::uint64_t wanted = kOwnFiles + patient.config.api.server.max_connections;
  if (!patient.config.syslog.listens.empty()) wanted += patient.config.syslog.max_connections;
  for (const config::HttpInput& input : patient.config.http) wanted += input.server.max_connections;
  const auto limit = patient.process ? open_files_of(*patient.process) : own_open_files();
  if (!limit) return;
  const std::string whose = patient.process ? "the daemon may" : "a process started here may";
  // A service has limits of its own, which are not those of a shell.
  if (patient.process && *limit < wanted) {
    findings.warning(
        "limits",
        fmt::format("{} open {} files; with all the connections that are allowed it takes {}", whose, *limit, wanted),
        fmt::format("systemctl edit regwarden: [Service] LimitNOFILE={}; or lower "
                    "inputs.limits.max_connections",
                    wanted));
  } else {
    findings.ok("limits", fmt::format("{} open {} files; with all the connections that are allowed it takes {}", whose,
                                      *limit, wanted));
  }
}

}  // namespace rw::cli
