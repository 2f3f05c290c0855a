#include "daemon/cli/top_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "daemon/cli/render.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"

namespace rw::cli {
namespace {

using Json = nlohmann::json;

std::string text_in(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

template <class Integer>
Integer number_in(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<Integer>() : Integer{};
}

core::Result<Json> parse_json(std::string_view text, std::string_view what) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_object()) return json;
  return core::invalid_input(fmt::format("{}: expected a JSON object: is this the API of regwarden?", what));
}

core::Result<Json> parse_items(std::string_view text, std::string_view what) {
  RW_TRY(Json json, parse_json(text, what));
  const auto items = json.find("items");
  if (items == json.end() || !items->is_array()) {
    return core::invalid_input(fmt::format("{}: expected a list: is this the API of regwarden?", what));
  }
  return Json(*items);
}

// "1234567" → "1,234,567"
std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (std::size_t at = digits.size(); at > 3 && at - 3 > (digits[0] == '-' ? 1U : 0U); at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

std::string rate_text(std::optional<double> rate) {
  if (!rate) return "-";
  return *rate > 0 && *rate < 10 ? fmt::format("{:.1f}", *rate) : grouped(*rate);
}

// "1.5 GiB"
std::string about(double bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 || bytes >= 100 ? 0 : 1, kUnits[unit]);
}

// Texts come from machines that are watched: nothing of them may steer a terminal.
std::string printable(std::string_view text) {
  const std::string valid = core::to_valid_utf8(text);
  std::string out;
  for (const std::string_view character : core::characters_of(valid)) {
    if (steers_terminal(character)) {
      out += '?';
    } else {
      out += character;
    }
  }
  return out;
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::string clean = printable(text);
  const auto characters = core::characters_of(clean);
  std::string out;
  for (std::size_t i = 0; i < std::min(width, characters.size()); ++i) out += characters[i];
  if (characters.size() < width) out.append(width - characters.size(), ' ');
  return out;
}

// "2026-10-11T22:14:15.003Z" → "22:14:15"
std::string_view clock_of(std::string_view rfc3339) { return rfc3339.size() < 19 ? rfc3339 : rfc3339.substr(11, 8); }

class Screen {
 public:
  Screen(const TopLook& before, const TopLook& now, std::size_t width, std::size_t height)
      : before_(before),
        now_(now),
        seconds_(std::chrono::duration<double>(now.steady_time - before.steady_time).count()),
        width_(width),
        height_(height) {}

  void head(std::string_view url) {
    const double started = metric("process_start_time_seconds");
    const auto up = std::chrono::seconds(
        static_cast<std::int64_t>(std::max(0.0, static_cast<double>(core::to_us(now_.time)) / 1e6 - started)));
    add(fmt::format("regwarden {}  {}  up {}  {} UTC", now_.version, url, core::format_duration(whole(up)),
                    clock_of(core::format_rfc3339(now_.time))));
    for (const TopLook::Condition& condition : now_.conditions) {
      add(fmt::format("! {}: {}", condition.condition, condition.message));
    }
    add("");
  }

  void flow() {
    const auto sum = [&](std::initializer_list<const char*> names) { return rate_of(names); };
    add(fmt::format("events/s  received {}  stored {}  twice {}  other kinds {}  rejected {}  dropped {}",
                    rate_text(sum({"regwarden_events_decoded_total", "regwarden_rejected_total"})),
                    rate_text(sum({"regwarden_registry_events_stored_total", "regwarden_process_events_stored_total"})),
                    rate_text(sum({"regwarden_events_duplicate_total"})), rate_text(skipped_rate()),
                    rate_text(sum({"regwarden_rejected_total"})),
                    rate_text(sum({"regwarden_udp_dropped_total", "regwarden_udp_kernel_dropped_total"}))));
    add(fmt::format(
        "inputs/s  syslog {} ({}/s)  HEC {}  _bulk {}  OTLP {}  ingest {}  HTTP requests {}  told to wait {}",
        rate_text(sum({"regwarden_syslog_messages_total"})), about(sum({"regwarden_syslog_bytes_total"}).value_or(0)),
        rate_text(sum({"regwarden_hec_events_total"})), rate_text(sum({"regwarden_bulk_documents_total"})),
        rate_text(sum({"regwarden_otlp_log_records_total"})), rate_text(sum({"regwarden_ingest_events_total"})),
        rate_text(sum({"regwarden_http_requests_total"})), rate_text(sum({"regwarden_http_busy_total"}))));
    const double commits = metric("regwarden_commits_total") - before("regwarden_commits_total");
    const double taken = metric("regwarden_commit_seconds_total") - before("regwarden_commit_seconds_total");
    const double limit = metric("regwarden_writer_queue_limit_bytes");
    add(fmt::format("store     queue {:.0f} %{}  commits/s {}  {} each  used {}  free {}",
                    limit > 0 ? metric("regwarden_writer_queue_bytes") / limit * 100 : 0.0,
                    metric("regwarden_writer_stalled") > 0 ? " NOT WRITING" : "",
                    rate_text(sum({"regwarden_commits_total"})),
                    commits > 0 ? fmt::format("{:.1f} ms", taken / commits * 1e3) : "-",
                    size("regwarden_store_used_bytes"), size("regwarden_data_dir_free_bytes")));
    const auto cpu = sum({"process_cpu_seconds_total"});
    add(fmt::format("process   cpu {}  memory {}  files {:.0f} of {:.0f}",
                    cpu ? fmt::format("{:.0f} %", *cpu * 100) : "-", size("process_resident_memory_bytes"),
                    metric("process_open_fds"), metric("process_max_fds")));
    add("");
  }

  // What is left of the screen is for the sources.
  void lists() {
    std::vector<std::string> below;
    constexpr std::size_t kRows = 5;
    if (!now_.runs.empty())
      below.push_back(fmt::format("{:<9}{:<8}{:>8}  {}", "RUN", "STATUS", "RESULTS", "DETECTION"));
    for (std::size_t i = 0; i < std::min(kRows, now_.runs.size()); ++i) {
      const TopLook::Run& run = now_.runs[i];
      below.push_back(fmt::format("{:<9}{:<8}{:>8}  {}", clock_of(run.finished), run.status, run.results,
                                  printable(run.detection)));
    }
    if (!now_.notables.empty()) below.push_back(fmt::format("{:<17}{:<14}{}", "NOTABLE", "URGENCY", "TITLE"));
    for (std::size_t i = 0; i < std::min(kRows, now_.notables.size()); ++i) {
      const TopLook::Notable& notable = now_.notables[i];
      below.push_back(fmt::format("{:<17}{:<14}{}", notable.time.substr(0, 16), notable.urgency, notable.title));
    }
    sources(below.empty() ? 0 : below.size() + 1);
    if (!below.empty()) add("");
    for (const std::string& line : below) add(line);
  }

  std::vector<std::string> take() { return std::move(lines_); }

 private:
  // Without a fraction of what it is counted in.
  static std::chrono::microseconds whole(std::chrono::seconds up) {
    using std::chrono::hours;
    using std::chrono::minutes;
    if (up >= hours(48)) return std::chrono::floor<std::chrono::days>(up);
    if (up >= hours(2)) return std::chrono::floor<hours>(up);
    return up >= minutes(2) ? std::chrono::floor<minutes>(up) : up;
  }

  void sources(std::size_t below) {
    const std::size_t used = lines_.size() + below + 1;
    const std::size_t rows = used < height_ ? std::min(height_ - used, now_.sources.size()) : 0;
    if (rows == 0) return;
    std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> earlier;
    for (const TopLook::Source& source : before_.sources) earlier[{source.host, source.channel}] = source.events;
    struct Row {
      const TopLook::Source* source;
      std::optional<double> rate;
    };
    std::vector<Row> all;
    for (const TopLook::Source& source : now_.sources) {
      std::optional<double> rate;
      if (seconds_ > 0) {
        const auto found = earlier.find({source.host, source.channel});
        const std::uint64_t events = found == earlier.end() ? 0 : found->second;
        rate = static_cast<double>(source.events - std::min(events, source.events)) / seconds_;
      }
      all.push_back({&source, rate});
    }
    std::stable_sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return a.rate > b.rate; });
    add(fmt::format("{:<32} {:<40} {:>9} {:>14}  {}", "HOST", "CHANNEL", "EVENTS/S", "EVENTS", "LAST"));
    for (std::size_t i = 0; i < rows; ++i) {
      const TopLook::Source& source = *all[i].source;
      add(fmt::format("{} {} {:>9} {:>14}  {}", fitted(source.host, 32), fitted(source.channel, 40),
                      rate_text(all[i].rate), grouped(static_cast<double>(source.events)),
                      clock_of(source.last_received)));
    }
  }

  static double value_in(const TopLook& look, const std::string& name) {
    const auto found = look.metrics.find(name);
    return found == look.metrics.end() ? 0 : found->second;
  }
  double metric(const std::string& name) const { return value_in(now_, name); }
  double before(const std::string& name) const { return value_in(before_, name); }
  std::string size(const std::string& name) const { return about(metric(name)); }

  // A daemon that has begun anew counts from 0.
  std::optional<double> rate_of(std::initializer_list<const char*> names) const {
    if (seconds_ <= 0) return std::nullopt;
    double sum = 0;
    for (const char* const name : names) sum += std::max(0.0, metric(name) - before(name));
    return sum / seconds_;
  }

  std::optional<double> skipped_rate() const {
    if (seconds_ <= 0) return std::nullopt;
    const auto sum = [](const TopLook& look) {
      double all = 0;
      for (const auto& [name, value] : look.metrics) {
        if (name.starts_with("regwarden_events_skipped_total{")) all += value;
      }
      return all;
    };
    return std::max(0.0, sum(now_) - sum(before_)) / seconds_;
  }

  void add(std::string_view line) {
    if (lines_.size() >= height_) return;
    std::string fit = fitted(line, width_);
    fit.erase(fit.find_last_not_of(' ') + 1);
    lines_.push_back(std::move(fit));
  }

  const TopLook& before_;
  const TopLook& now_;
  const double seconds_;
  const std::size_t width_;
  const std::size_t height_;
  std::vector<std::string> lines_;
};

}  // namespace

std::map<std::string, double> read_metrics(std::string_view text) {
  std::map<std::string, double> metrics;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t blank = line.rfind(' ');
    if (line.starts_with('#') || blank == std::string_view::npos) continue;
    const std::string_view number = line.substr(blank + 1);
    double value = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc()) continue;
    metrics[std::string(line.substr(0, blank))] = value;
  }
  return metrics;
}

core::Result<TopLook> read_look(std::string_view metrics, std::string_view status, std::string_view sources,
                                std::string_view runs, std::string_view notables) {
  TopLook look;
  look.metrics = read_metrics(metrics);
  RW_TRY(const Json state, parse_json(status, "status"));
  look.version = text_in(state, "version");
  if (const auto conditions = state.find("conditions"); conditions != state.end() && conditions->is_array()) {
    for (const Json& condition : *conditions) {
      look.conditions.push_back({text_in(condition, "condition"), text_in(condition, "message")});
    }
  }
  RW_TRY(const Json source_items, parse_items(sources, "sources"));
  for (const Json& item : source_items) {
    look.sources.push_back({text_in(item, "host"), text_in(item, "channel"), text_in(item, "last_received"),
                            number_in<std::uint64_t>(item, "events")});
  }
  RW_TRY(const Json run_items, parse_items(runs, "runs"));
  for (const Json& item : run_items) {
    look.runs.push_back({text_in(item, "finished"), text_in(item, "detection"), text_in(item, "status"),
                         number_in<std::int64_t>(item, "result_count")});
  }
  RW_TRY(const Json notable_items, parse_items(notables, "notables"));
  for (const Json& item : notable_items) {
    look.notables.push_back({text_in(item, "time"), text_in(item, "urgency"), text_in(item, "rule_title")});
  }
  return look;
}

std::vector<std::string> top_screen(const TopLook& before, const TopLook& now, std::string_view url, std::size_t width,
                                    std::size_t height) {
  Screen screen(before, now, width, height);
  screen.head(url);
  screen.flow();
  screen.lists();
  return screen.take();
}

}  // namespace rw::cli
