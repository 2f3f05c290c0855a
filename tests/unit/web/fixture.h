// A small store with a real database, and the API over it behind a server that only keeps the routes.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/sqlite/store.h"
#include "web/api.h"

namespace rw::web::test {

using nlohmann::json;

inline core::Micros at(std::string_view text) { return core::parse_iso8601(text).value(); }

// The clock of all tests stands at this time, unless they set it forward.
inline constexpr std::string_view kNow = "2026-10-11T12:30:00Z";

// What a search may ask for.
inline constexpr storage::SearchLimits kSearchLimits{.max_rows = 20000, .timeout = std::chrono::minutes(2)};

class FixedClock final : public core::Clock {
 public:
  core::Micros now() const override { return core::from_us(now_us_); }
  void advance(std::chrono::microseconds time) { now_us_ += time.count(); }

 private:
  std::atomic<std::int64_t> now_us_ = core::to_us(at(kNow));
};

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "regwarden_web_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Keeps routes and asks them, as a server would.
class RouteServer final : public http::Server {
 public:
  void route(std::string_view method, std::string_view pattern, http::Handler handler) override {
    routes_.push_back(
        {std::string(method), std::string(pattern), std::regex(std::string(pattern)), std::move(handler)});
  }
  void on_error(std::string_view /*path_prefix*/, http::ErrorHandler handler) override {
    on_error_ = std::move(handler);
  }
  void start() override {}
  void stop() override {}
  core::Result<void> reload_certificate() override { return {}; }
  std::optional<core::Micros> certificate_expires() const override { return std::nullopt; }
  core::Endpoint endpoint() const override { return {}; }

  // Method and pattern of each.
  std::vector<std::pair<std::string, std::string>> routes() const {
    std::vector<std::pair<std::string, std::string>> routes;
    for (const Route& route : routes_) routes.emplace_back(route.method, route.text);
    return routes;
  }

  http::Response ask(http::Request request) const {
    bool known_path = false;
    for (const Route& route : routes_) {
      std::smatch match;
      if (!std::regex_match(request.path, match, route.pattern)) continue;
      known_path = true;
      if (route.method != request.method) continue;
      request.path_parameters.assign(std::next(match.begin()), match.end());
      return route.handler(request);
    }
    return on_error_(known_path ? 405 : 404, request);
  }

 private:
  struct Route {
    std::string method;
    std::string text;
    std::regex pattern;
    http::Handler handler;
  };
  std::vector<Route> routes_;
  http::ErrorHandler on_error_;
};

using Query = std::vector<std::pair<std::string, std::string>>;

inline http::Request make_request(std::string path, Query query = {}, std::string method = "GET") {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  request.headers.emplace("host", "127.0.0.1:8089");
  return request;
}

// Puts a store of the test's own around the real one.
using AroundStore = std::function<std::unique_ptr<storage::Store>(std::unique_ptr<storage::Store> store)>;

// Opens a new store for the test. Without tokens of the configuration everybody may do everything.
class Fixture {
 public:
  explicit Fixture(std::vector<std::shared_ptr<const detect::Detection>> detections = {},
                   std::vector<std::string> tokens = {}, const AroundStore& around_store = std::identity())
      : Fixture(std::move(detections),
                {.tokens = tokens, .anonymous = tokens.empty() ? std::optional(Scope::kAdmin) : std::nullopt},
                around_store, 0) {}
  explicit Fixture(ApiOptions options) : Fixture({}, std::move(options), std::identity(), 0) {}

 private:
  Fixture(std::vector<std::shared_ptr<const detect::Detection>> detections, ApiOptions options,
          const AroundStore& around_store, int /*all of them*/)
      : store_(around_store(storage::sqlite::open({.data_dir = dir_.path()}).value())),
        writer_(store_->open_writer().value(), {}, counters_),
        catalogue_(std::make_shared<detect::Catalogue>(std::move(detections), detect::Macros::builtin())),
        authenticator_(Authenticator::open(*store_, writer_, clock_, std::chrono::hours(1)).value()),
        api_(Api::create({.server = std::move(options.server),
                          .tokens = std::move(options.tokens),
                          .anonymous = options.anonymous,
                          .search_limits = kSearchLimits},
                         {.store = *store_,
                          .writer = writer_,
                          .counters = counters_,
                          .clock = clock_,
                          .catalogue = catalogue_,
                          .authenticator = *authenticator_,
                          .zone = {},
                          .reload = [this] { return reload_(); },
                          .tune = [this](const auto& change, const auto& note) { return tune(change, note); },
                          .health = &health_,
                          .data_dir = dir_.path(),
                          .test_notifications = [this](std::string_view channel,
                                                       const auto&) { return test_notifications_(channel); },
                          .notify_channels =
                              [] {
                                return std::vector<std::string>{"soc", "mail"};
                              },
                          .look_again = [this](std::string_view channel) { looked_again_.emplace_back(channel); }})) {
    api_->add_routes(server_);
  }

 public:
  void write(storage::Batch batch) {
    std::promise<core::Result<storage::CommitOutcome>> done;
    batch.on_done = [&](const core::Result<storage::CommitOutcome>& outcome) { done.set_value(outcome); };
    REQUIRE(writer_.try_submit(batch));
    auto outcome = done.get_future();
    REQUIRE(outcome.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    REQUIRE(outcome.get().ok());
  }

  http::Response ask(http::Request request) { return server_.ask(std::move(request)); }
  std::vector<std::pair<std::string, std::string>> routes() const { return server_.routes(); }
  http::Response get(std::string path, Query query = {}) {
    return ask(make_request(std::move(path), std::move(query)));
  }
  // The body of a 200.
  json get_json(std::string path, Query query = {}) {
    const http::Response response = get(std::move(path), std::move(query));
    INFO(response.body);
    REQUIRE(response.status == 200);
    REQUIRE(response.content_type == "application/json");
    return json::parse(response.body);
  }
  http::Response search(const json& body) {
    http::Request request = make_request("/api/v1/search", {}, "POST");
    const std::string text = body.dump();
    request.body = text;
    return ask(std::move(request));
  }
  std::vector<int> ids(std::string path, Query query = {}) {
    std::vector<int> ids;
    const json body = get_json(std::move(path), std::move(query));
    for (const json& item : body.at("items")) ids.push_back(item.at("id").get<int>());
    return ids;
  }

  // What a reload answers.
  std::function<core::Result<detect::ReloadReport>()> reload_ = [] { return detect::ReloadReport{}; };
  // What comes of test messages to a channel, or to all.
  std::function<core::Result<std::vector<notify::TestResult>>(std::string_view channel)> test_notifications_ =
      [](std::string_view) { return std::vector<notify::TestResult>(); };
  // The channels that were told to look at what waits.
  std::vector<std::string> looked_again_;
  // The file cannot take the place of the one before.
  bool tuning_fails_ = false;
  // What is tuned, as a file would hold it; put in service as a reload would.
  core::Result<void> tune(const TuningChange& change, const TuningNote& note) {
    const auto before = catalogue_.get();
    detect::Tuning tuning = before->tuning();
    RW_CHECK(change(tuning));
    RW_CHECK(note({}));
    if (tuning_fails_) {
      const core::Error failure{core::ErrorCode::kIo, "tuning.yaml: no space"};
      RW_CHECK(note(failure.message));
      return failure;
    }
    detect::Knowledge knowledge;
    knowledge.macros = detect::Macros::builtin();
    for (const auto& [name, search] : tuning.filters) knowledge.macros.add({name, {}, search});
    std::vector<std::shared_ptr<const detect::Detection>> detections;
    for (const auto& detection : before->detections()) {
      detect::Detection tuned = *detection;
      tuned.tuning = detect::tuning_of(tuning, tuned);
      tuned.state =
          tuned.tuning.enabled.value_or(true) ? detect::DetectionState::kEnabled : detect::DetectionState::kDisabled;
      detections.push_back(std::make_shared<const detect::Detection>(std::move(tuned)));
    }
    catalogue_.set(std::make_shared<const detect::Catalogue>(std::move(detections), std::move(knowledge), tuning));
    return {};
  }
  detect::CurrentCatalogue& catalogue() { return catalogue_; }
  core::Counters& counters() { return counters_; }
  Api& api() { return *api_; }
  // What the store has, read with a reader of the test's own.
  storage::Store& store() { return *store_; }
  scheduler::HealthBoard& health() { return health_; }
  FixedClock& clock() { return clock_; }
  Authenticator& authenticator() { return *authenticator_; }
  storage::Writer& writer() { return writer_; }

 private:
  TempDir dir_;
  core::Counters counters_;
  FixedClock clock_;
  scheduler::HealthBoard health_;
  std::unique_ptr<storage::Store> store_;
  storage::Writer writer_;
  detect::CurrentCatalogue catalogue_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<Api> api_;
  RouteServer server_;
};

// --- What the tests write

inline cim::FindingOrigin amsi_origin() {
  return {.detection_id = "9c27ec40",
          .detection = "Disable AMSI Through Registry",
          .detection_version = 4,
          .window = {at("2026-10-11T10:50:00Z"), at("2026-10-11T11:50:00Z")},
          .created = at("2026-10-11T12:00:01.5Z")};
}

inline cim::RiskEvent risk_event(std::string object, std::int64_t score, std::string_view time) {
  static int number = 0;
  return {.origin = amsi_origin(),
          .identity = "risk-" + std::to_string(++number),
          .time = at(time),
          .risk_object = object,
          .risk_object_type = "system",
          .risk_object_field = "dest",
          .risk_score = score,
          .risk_message = "AMSI switched off on " + object,
          .threat_objects = R"([{"threat_object":"reg.exe","threat_object_type":"process_name"}])",
          .annotations = R"({"mitre_attack":["T1562.001"]})",
          .row = R"({"dest":")" + object + R"(","count":"1"})"};
}

inline cim::Notable notable(std::string identity, std::string nes_fields, std::string row) {
  return {.origin = amsi_origin(),
          .identity = std::move(identity),
          .time = at("2026-10-11T11:02:03.000004Z"),
          .rule_title = "Disable AMSI Through Registry",
          .rule_description = "AMSI was switched off",
          .security_domain = "endpoint",
          .severity = "medium",
          .nes_fields = std::move(nes_fields),
          .drilldown_searches = R"([{"name":"Events","search":"| search dest=WS1"}])",
          .annotations = R"({"mitre_attack":["T1562.001"]})",
          .row = std::move(row)};
}

inline cim::Run run(std::string detection_id, std::string_view scheduled_time, cim::RunStatus status,
                    std::int64_t result_count, std::string error = {}) {
  const core::Micros scheduled = at(scheduled_time);
  return {.detection_id = detection_id,
          .detection = "Detection " + detection_id,
          .kind = cim::RunKind::kScheduled,
          .scheduled_time = scheduled,
          .window = {scheduled - std::chrono::minutes(70), scheduled - std::chrono::minutes(10)},
          .started = scheduled + std::chrono::seconds(1),
          .finished = scheduled + std::chrono::milliseconds(1250),
          .status = status,
          .result_count = result_count,
          .error = std::move(error)};
}

inline cim::RegistryRecord registry_record(std::uint64_t record_id, std::string_view time, std::string_view value_name,
                                           std::string_view user) {
  cim::RegistryRecord record;
  record.time = at(time);
  record.received = at(time) + std::chrono::milliseconds(250);
  record.source = {.computer = "WS1.corp.example",
                   .channel = "Microsoft-Windows-Sysmon/Operational",
                   .provider = "Microsoft-Windows-Sysmon",
                   .event_id = 13,
                   .event_type = "SetValue",
                   .envelope = R"({"Version":"2"})"};
  record.record_id = record_id;
  record.action = cim::RegistryAction::kModified;
  record.key_name = R"(HKU\S-1-5-21-1\Software\Microsoft\Windows Script\Settings)";
  record.value_name = value_name;
  record.value_data = "0x00000000";
  record.value_type = "REG_DWORD";
  record.details = "DWORD (0x00000000)";
  record.user = user;
  record.process_path = R"(C:\Windows\regedit.exe)";
  record.process_guid = "{2f6d}";
  record.process_id = "4242";
  return record;
}

inline storage::Rejected rejected(std::string reason, std::string sample) {
  return {.time = at("2026-10-11T12:00:00Z"),
          .input = "syslog/tcp",
          .peer = "192.0.2.7:41000",
          .reason = std::move(reason),
          .size_bytes = sample.size(),
          .sample = sample};
}

}  // namespace rw::web::test
