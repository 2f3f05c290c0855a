#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "daemon/core/time.h"
#include "web/cursor.h"
#include "web/parameters.h"
#include "web/render.h"
#include "web/routes.h"

namespace rw::web {
namespace {

constexpr std::string_view kList = "risk-objects";
const ListSpec kRiskEvents{"risk-events", storage::Listing::kRiskEvents};
constexpr std::chrono::hours kWeek{24 * 7};

// What is known of one of the risk objects.
struct RiskObject {
  std::string normalized;  // under which its events count together
  std::string name;        // as the latest of them has it
  std::string type;
  std::int64_t risk_score = 0;
  std::int64_t count = 0;
  std::map<std::string, std::int64_t> detections;  // by id: its newest risk event
  core::Micros first = core::Micros::max();
  core::Micros last = core::Micros::min();
};

const std::string& text_in(const storage::TallyGroup& group, std::size_t column) {
  return std::get<std::string>(group.values.at(column));
}

core::Result<std::vector<RiskObject>> risk_objects(storage::Reader& reader, storage::TallyRequest tally) {
  tally.by = {"normalized_risk_object", "risk_object_type", "detection_id", "risk_object"};
  tally.sum = "calculated_risk_score";
  RW_TRY(const auto groups, reader.tally(tally));
  std::map<std::pair<std::string, std::string>, RiskObject> objects;
  for (const storage::TallyGroup& group : groups) {
    RiskObject& object = objects[{text_in(group, 0), text_in(group, 1)}];
    object.normalized = text_in(group, 0);
    object.type = text_in(group, 1);
    if (group.last > object.last) object.name = text_in(group, 3);
    object.risk_score += group.sum;
    object.count += group.count;
    std::int64_t& newest = object.detections[text_in(group, 2)];
    newest = std::max(newest, group.newest_id);
    object.first = std::min(object.first, group.first);
    object.last = std::max(object.last, group.last);
  }
  std::vector<RiskObject> sorted;
  for (auto& [key, object] : objects) sorted.push_back(std::move(object));
  std::ranges::sort(sorted, [](const RiskObject& a, const RiskObject& b) {
    const auto rank = [](const RiskObject& o) { return std::tuple(-o.risk_score, -core::to_us(o.last)); };
    return rank(a) != rank(b) ? rank(a) < rank(b) : std::tie(a.normalized, a.type) < std::tie(b.normalized, b.type);
  });
  return sorted;
}

// The tactics that the detection's findings are annotated with; read once for each detection.
class Tactics {
 public:
  explicit Tactics(storage::Reader& reader) : reader_(reader) {}

  core::Result<const std::set<std::string>*> of(const std::string& detection, std::int64_t risk_event) {
    const auto [known, is_new] = known_.try_emplace(detection);
    if (is_new) {
      storage::ListRequest request;
      request.id = risk_event;
      request.columns = {"annotations"};
      RW_TRY(const storage::ListPage page, reader_.list(request));
      for (const Json& item : render_items(page)) {
        const Json tactics = list_in(object_in(item, "annotations"), "mitre_attack.mitre_tactic");
        for (const Json& tactic : tactics) {
          if (tactic.is_string()) known->second.insert(tactic.get<std::string>());
        }
      }
    }
    return &known->second;
  }

 private:
  storage::Reader& reader_;
  std::map<std::string, std::set<std::string>> known_;
};

}  // namespace

Answer list_risk_objects(const Context& context, const http::Request& request) {
  // The filters are those of risk events, the page is one of objects.
  http::Request of_events = request;
  std::erase_if(of_events.query,
                [](const auto& parameter) { return parameter.first == "limit" || parameter.first == "cursor"; });
  for (const auto& [name, value] : of_events.query) {
    if (name == "by" || name == "span" || name == "sum") {
      return core::invalid_input(
          fmt::format("unknown parameter '{}': expected earliest, latest, limit, cursor or a "
                      "column of risk events",
                      name));
    }
  }
  const core::Micros now = context.sources.clock.now();
  RW_TRY(TallyParameters parameters, parse_tally_parameters(of_events, kRiskEvents, now, context.sources.zone));
  http::Request of_page = request;
  std::erase_if(of_page.query,
                [](const auto& parameter) { return parameter.first != "limit" && parameter.first != "cursor"; });
  RW_TRY(const IndexRequest page, parse_index_request(of_page, kList, {}));
  if (!parameters.tally.earliest) parameters.tally.earliest = parameters.tally.latest.value_or(now) - kWeek;

  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(const std::vector<RiskObject> objects, risk_objects(*reader, std::move(parameters.tally)));
  Tactics tactics(*reader);
  std::vector<Json> items;
  const std::size_t end = std::min(objects.size(), page.first + page.limit);
  for (std::size_t i = page.first; i < end; ++i) {
    const RiskObject& object = objects[i];
    std::set<std::string> of_object;
    for (const auto& [detection, risk_event] : object.detections) {
      RW_TRY(const std::set<std::string>* const of_detection, tactics.of(detection, risk_event));
      of_object.insert(of_detection->begin(), of_detection->end());
    }
    items.push_back({{"risk_object", render_text(object.name)},
                     {"normalized_risk_object", render_text(object.normalized)},
                     {"risk_object_type", render_text(object.type)},
                     {"risk_score", object.risk_score},
                     {"count", object.count},
                     {"detections", object.detections.size()},
                     {"tactics", render_texts({of_object.begin(), of_object.end()})},
                     {"first", core::format_rfc3339(object.first)},
                     {"last", core::format_rfc3339(object.last)}});
  }
  std::optional<std::string> next;
  if (end < objects.size() && page.first < objects.size()) next = encode_cursor(kList, static_cast<std::int64_t>(end));
  return list_response(std::move(items), next);
}

}  // namespace rw::web
