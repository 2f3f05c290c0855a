#include "daemon/scheduler/silence.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"
#include "daemon/detect/annotations.h"
#include "daemon/scheduler/own_findings.h"
#include "daemon/scheduler/watch_thread.h"

namespace rw::scheduler {
namespace {

constexpr std::chrono::microseconds kShortestInterval = std::chrono::milliseconds(100);
constexpr std::chrono::microseconds kLongestInterval = std::chrono::minutes(1);
// Looks further apart: the machine slept, or its clock jumped.
constexpr std::chrono::microseconds kLapse = std::chrono::minutes(10);
constexpr std::chrono::milliseconds kWaitForRoom{200};

detect::Detection silence_detection(const SilenceOptions& options) {
  detect::Detection detection;
  detection.id = "8f3c2b52-6a0e-4b8e-9a55-2f6d1c0e7b41";
  detection.name = "Host stopped sending events";
  detection.source = "regwarden";
  detection.version = 1;
  detection.type = "Anomaly";
  detection.mitre_attack_id = {"T1562.001"};
  detection.security_domain = "endpoint";
  detection.creates_risk = options.creates_risk;
  detection.creates_notable = options.creates_notable;
  detection.risk_objects = {{.field = "dest", .type = "system", .score = options.risk_score}};
  detection.risk_message = "$dest$ has sent no event since $last_received$";
  detection.rule_title = "$dest$ stopped sending events";
  detection.rule_description =
      "Nothing has arrived from $dest$ since $last_received$, longer than $silent_after$. Its last event came from "
      "$peer$ by $input$. It is switched off, cut off, or its forwarder was stopped.";
  detection.nes_fields = {"dest"};
  detection.severity = options.severity;
  detection.annotations = detect::annotations_json(detection, {});
  return detection;
}

std::string identity_of(const std::string& detection_id, const storage::HostSeen& host, std::string_view kind) {
  core::StableHash hash;
  hash.add(detection_id);
  hash.add(core::fold(host.host));
  hash.add(core::to_us(host.last_received));
  hash.add(kind);
  return hash.hex();
}

}  // namespace

SilenceRule::SilenceRule(SilenceOptions options, core::Micros start)
    : options_(std::move(options)), detection_(silence_detection(options_)), since_(start), last_look_(start) {}

std::chrono::microseconds SilenceRule::interval() const {
  if (options_.silent_after == std::chrono::microseconds(0)) return kLongestInterval;
  return std::clamp(options_.silent_after / 10, kShortestInterval, kLongestInterval);
}

bool SilenceRule::is_watched(const storage::HostSeen& host) const {
  if (options_.silent_after == std::chrono::microseconds(0) || host.host.empty()) return false;
  return std::ranges::none_of(options_.ignored,
                              [&](const core::TextPattern& pattern) { return pattern.matches(host.host); });
}

storage::Batch SilenceRule::look(const std::vector<storage::HostSeen>& hosts, core::Micros now) {
  if (now < last_look_ || now > last_look_ + kLapse) since_ = now;
  last_look_ = now;
  storage::Batch batch;
  for (const storage::HostSeen& host : hosts) {
    if (!is_watched(host)) {
      if (host.silent_since) batch.silences.push_back({host.host, std::nullopt});
    } else if (!host.silent_since && now - std::max(host.last_received, since_) >= options_.silent_after) {
      batch.silences.push_back({host.host, host.last_received});
      add_findings(host, now, batch);
    }
  }
  return batch;
}

void SilenceRule::add_findings(const storage::HostSeen& host, core::Micros now, storage::Batch& batch) const {
  const OwnRow row{.columns = {"dest", "last_received", "silent_after", "peer", "input"},
                   .values = {host.host, core::format_rfc3339(host.last_received),
                              core::format_duration(options_.silent_after), host.peer, host.input},
                   .group_columns = {"dest"}};
  add_own_findings(
      detection_, row, {host.last_received, now}, now, options_.findings,
      [&](std::string_view kind) { return identity_of(detection_.id, host, kind); }, batch);
}

namespace {

class ThreadedSilenceWatch final : public SilenceWatch {
 public:
  ThreadedSilenceWatch(SilenceOptions options, std::unique_ptr<storage::Reader> reader, storage::Writer& writer,
                       const core::Clock& clock)
      : rule_(std::move(options), clock.now()), reader_(std::move(reader)), writer_(writer), clock_(clock) {}

  ~ThreadedSilenceWatch() override {
    thread_.ask_stop();
    reader_->cancel();
  }

  core::Result<void> begin() {
    return thread_.begin("sources", [this] { watch(); });
  }

 private:
  void watch() {
    bool failed = false;
    while (!thread_.wait(rule_.interval())) {
      const core::Result<void> looked = look();
      if (!looked.ok() && looked.error().code != core::ErrorCode::kCancelled && !std::exchange(failed, true)) {
        spdlog::error("sources: cannot look for silent hosts: {}; trying again", core::render(looked.error()));
      }
      if (looked.ok()) failed = false;
    }
  }

  core::Result<void> look() {
    // What has arrived is not in the store yet. If that lasts, it is a lapse for the rule, as if we had stood still.
    if (writer_.stalled()) return {};
    try {
      RW_TRY(const auto hosts, reader_->hosts());
      storage::Batch batch = rule_.look(hosts, clock_.now());
      if (batch.empty()) return {};
      for (const storage::HostSilence& silence : batch.silences) {
        if (!silence.since) continue;
        spdlog::warn("sources: {} is silent: its last event arrived {}", core::to_valid_utf8(silence.host),
                     core::format_rfc3339(*silence.since));
      }
      // What finds no room is found again by the next look.
      (void)writer_.submit_until(batch, std::chrono::steady_clock::now() + kWaitForRoom);
      return {};
    } catch (const std::exception& exception) {  // out of memory
      return core::Error{core::ErrorCode::kInternal, exception.what()};
    }
  }

  SilenceRule rule_;  // of the thread
  const std::unique_ptr<storage::Reader> reader_;
  storage::Writer& writer_;
  const core::Clock& clock_;

  WatchThread thread_;  // last
};

}  // namespace

core::Result<std::unique_ptr<SilenceWatch>> SilenceWatch::start(SilenceOptions options, storage::Store& store,
                                                                storage::Writer& writer, const core::Clock& clock) {
  RW_TRY(auto reader, store.open_reader());
  auto watch = std::make_unique<ThreadedSilenceWatch>(std::move(options), std::move(reader), writer, clock);
  RW_CHECK(watch->begin());
  return std::unique_ptr<SilenceWatch>(std::move(watch));
}

}  // namespace rw::scheduler
