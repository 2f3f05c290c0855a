#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/scheduler/cron.h"
#include "storage/edits.h"
#include "web/cursor.h"
#include "web/item_list.h"
#include "web/parameters.h"
#include "web/render.h"
#include "web/routes.h"
#include "web/tuning_body.h"
#include "web/tuning_items.h"

namespace rw::web {
namespace {

using detect::Detection;

// What the store knows of a detection.
struct Record {
  std::optional<storage::LastRun> last_run = std::nullopt;
  std::map<std::string, std::int64_t, std::less<>> notables = {};  // how many, by disposition
};
using Records = std::map<std::string, Record, std::less<>>;  // by detection id

// What a list of detections can be filtered by: members of an item that are texts, numbers, booleans or lists of texts.
const std::vector<std::string_view> kFilterColumns = {
    "name",
    "id",
    "source",
    "type",
    "status",
    "state",
    "problem",
    "version",
    "content_hash",
    "severity",
    "file",
    "cron_schedule",
    "earliest_time",
    "latest_time",
    "schedule_window",
    "security_domain",
    "creates_risk",
    "creates_notable",
    "analytic_story",
    "mitre_attack_id",
    "search",
};

std::string problem_text(const core::Problem& problem) {
  if (problem.line == 0) return problem.message;
  return fmt::format("{} ({}:{}:{})", problem.message, problem.file, problem.line, problem.col);
}

// detection_id: of this one alone; empty: of all.
core::Result<Records> read_records(const Context& context, const std::string& detection_id = {}) {
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(std::vector<storage::LedgerEntry> entries, reader->ledger());
  Records records;
  for (storage::LedgerEntry& entry : entries) records[entry.detection_id].last_run = std::move(entry.last_run);
  storage::TallyRequest tally;
  tally.listing = storage::Listing::kNotables;
  if (!detection_id.empty()) tally.filters = {{"detection_id", detection_id}};  // a pattern: it may let others pass
  tally.by = {"detection_id", "disposition"};
  RW_TRY(const std::vector<storage::TallyGroup> groups, reader->tally(tally));
  for (const storage::TallyGroup& group : groups) {
    const auto* const id = std::get_if<std::string>(&group.values.at(0));
    const auto* const disposition = std::get_if<std::string>(&group.values.at(1));
    if (id != nullptr && disposition != nullptr) records[*id].notables[*disposition] += group.count;
  }
  return records;
}

// How far its notables were worth looking at. The rate is that of those of which somebody has said what they were.
Json render_quality(const Record& record) {
  const auto count = [&](std::string_view disposition) {
    const auto found = record.notables.find(disposition);
    return found == record.notables.end() ? 0 : found->second;
  };
  std::int64_t notables = 0;
  for (const auto& [disposition, of_them] : record.notables) notables += of_them;
  Json quality = {{"notables", notables}};
  for (const char* const disposition : storage::kNotableDispositions) quality[disposition] = count(disposition);
  const std::int64_t decided = notables - count("undetermined");
  quality["false_positive_rate"] =
      decided == 0 ? Json(nullptr) : Json(static_cast<double>(count("false_positive")) / static_cast<double>(decided));
  return quality;
}

std::optional<core::Micros> next_run(const Context& context, const Detection& detection) {
  if (detection.state != detect::DetectionState::kEnabled) return std::nullopt;
  const core::Result<scheduler::Cron> cron = scheduler::Cron::parse(detection.schedule.cron_schedule);
  if (!cron.ok()) return std::nullopt;
  return cron->next_after(context.sources.clock.now(), context.sources.zone);
}

Json render_last_run(const storage::LastRun& run) {
  Json json = {{"scheduled_time", core::format_rfc3339(run.scheduled_time)},
               {"status", run.status},
               {"result_count", run.result_count}};
  if (!run.error.empty()) json["error"] = render_text(run.error);
  return json;
}

// The members that a list shows.
Json render_item(const Context& context, const Detection& detection, const Records& records) {
  Json json = {{"id", render_text(detection.id)},
               {"name", render_text(detection.name)},
               {"source", render_text(detection.source)},
               {"version", detection.version},
               {"content_hash", render_text(detection.content_hash)},
               {"type", render_text(detection.type)},
               {"status", render_text(detection.status)},
               {"state", detect::state_name(detection.state)}};
  if (detection.problem) json["problem"] = render_text(problem_text(*detection.problem));
  json["cron_schedule"] = render_text(detection.schedule.cron_schedule);
  json["earliest_time"] = render_text(detection.schedule.earliest_time.text());
  json["latest_time"] = render_text(detection.schedule.latest_time.text());
  json["schedule_window"] = render_text(detection.schedule.schedule_window);
  static const Record kNone;
  const auto found = records.find(detection.id);
  const Record& record = found == records.end() ? kNone : found->second;
  if (record.last_run) json["last_run"] = render_last_run(*record.last_run);
  if (const auto next = next_run(context, detection)) json["next_run"] = core::format_rfc3339(*next);
  json["quality"] = render_quality(record);
  json["search"] = render_text(detection.search_text);

  json["creates_risk"] = detection.creates_risk;
  json["creates_notable"] = detection.creates_notable;
  json["severity"] = render_text(detection.severity);
  json["risk_message"] = render_text(detection.risk_message);
  json["risk_objects"] = Json::array();
  for (const detect::RiskObject& object : detection.risk_objects) {
    json["risk_objects"].push_back(
        {{"field", render_text(object.field)}, {"type", render_text(object.type)}, {"score", object.score}});
  }
  json["threat_objects"] = Json::array();
  for (const detect::ThreatObject& object : detection.threat_objects) {
    json["threat_objects"].push_back({{"field", render_text(object.field)}, {"type", render_text(object.type)}});
  }

  json["mitre_attack_id"] = render_texts(detection.mitre_attack_id);
  json["analytic_story"] = render_texts(detection.analytic_story);
  json["security_domain"] = render_text(detection.security_domain);
  json["file"] = render_text(detection.file);
  return json;
}

// What a single detection shows besides.
void add_texts(Json& json, const Detection& detection) {
  json["date"] = render_text(detection.date);
  json["author"] = render_text(detection.author);
  json["description"] = render_text(detection.description);
  json["how_to_implement"] = render_text(detection.how_to_implement);
  json["known_false_positives"] = render_text(detection.known_false_positives);
  json["references"] = render_texts(detection.references);
  json["data_source"] = render_texts(detection.data_source);
  json["asset_type"] = render_text(detection.asset_type);
  json["rule_title"] = render_text(detection.rule_title);
  json["rule_description"] = render_text(detection.rule_description);
  json["nes_fields"] = render_texts(detection.nes_fields);
  json["drilldown_searches"] = Json::array();
  for (const detect::Drilldown& drilldown : detection.drilldowns) {
    json["drilldown_searches"].push_back({{"name", render_text(drilldown.name)},
                                          {"search", render_text(drilldown.search)},
                                          {"earliest_offset", render_text(drilldown.earliest_offset)},
                                          {"latest_offset", render_text(drilldown.latest_offset)}});
  }
  Json annotations = Json::parse(detection.annotations, nullptr, /*allow_exceptions=*/false);
  json["annotations"] = annotations.is_discarded() ? Json::object() : std::move(annotations);
}

}  // namespace

Answer list_detections(const Context& context, const http::Request& request) {
  RW_TRY(const IndexRequest index, parse_index_request(request, "detections", kFilterColumns));
  RW_TRY(const Records records, read_records(context));
  const auto catalogue = context.sources.catalogue.get();
  const auto& detections = catalogue->detections();

  std::vector<Json> items;
  std::optional<std::string> next_cursor;
  for (std::size_t i = index.first; i < detections.size(); ++i) {
    Json item = render_item(context, *detections[i], records);
    if (!matches(item, index)) continue;
    if (items.size() == index.limit) {
      next_cursor = encode_cursor("detections", static_cast<std::int64_t>(i));
      break;
    }
    items.push_back(std::move(item));
  }
  return list_response(std::move(items), next_cursor);
}

Answer get_detection(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& name = request.path_parameters.at(0);
  const auto catalogue = context.sources.catalogue.get();
  RW_TRY(const auto detection, find_detection(*catalogue, name));
  RW_TRY(const Records records, read_records(context, detection->id));
  Json json = render_item(context, *detection, records);
  add_texts(json, *detection);
  add_tuning(json, *detection, catalogue->tuning(), context.sources.clock.now());
  return json_response(json);
}

}  // namespace rw::web
