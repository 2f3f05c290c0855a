#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/core/time_modifier.h"
#include "daemon/core/units.h"
#include "daemon/detect/compile.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/tuning_file.h"
#include "web/body.h"
#include "web/edit.h"
#include "web/item_list.h"
#include "web/parameters.h"
#include "web/problem.h"
#include "web/render.h"
#include "web/routes.h"
#include "web/tuning_items.h"

namespace rw::web {
namespace {

using detect::Detection;
using detect::Tuning;
using DetectionPtr = std::shared_ptr<const Detection>;

constexpr std::string_view kExceptionExample =
    R"({"detection": "*", "fields": {"dest": "build-*"}, "reason": "test machines", "expires": "90d"})";
constexpr std::string_view kSuppressionExample = R"({"detection": "*", "fields": ["dest"], "period": "24h"})";
constexpr std::size_t kMostPreviewed = 100;
constexpr std::size_t kMostLookedAt = 100'000;  // findings of a kind
constexpr int kPreviewPage = 1000;
constexpr std::chrono::hours kLongestExpiry{24 * 3660};

// ---- What a request asks for

core::Result<DetectionPtr> find_detection(const Context& context, std::string_view name) {
  DetectionPtr detection = context.sources.catalogue.get()->find(name);
  if (detection != nullptr) return detection;
  return core::Error{core::ErrorCode::kNotFound,
                     fmt::format("there is no detection with the id, name or file '{}'", name)};
}

// The name by which the file shall call it.
core::Result<std::string> parse_detection(const Context& context, const Json& value) {
  RW_TRY(std::string name, parse_text("detection", value));
  if (name == detect::kEveryDetection) return name;
  RW_TRY(const DetectionPtr detection, find_detection(context, name));
  return detection->name;
}

// null, a time from now on, or how long from now.
core::Result<std::optional<core::Micros>> parse_expires(const Json& value, core::Micros now) {
  constexpr std::string_view kExpected = "null, a duration such as 90d, or a time ahead of now, within ten years";
  if (value.is_null()) return std::optional<core::Micros>();
  RW_TRY(const std::string text, parse_text("expires", value));
  std::optional<core::Micros> expires;
  if (const auto duration = core::parse_duration(text); duration.ok()) {
    if (*duration <= kLongestExpiry) expires = now + *duration;
  } else if (const auto time = core::parse_iso8601(text); time.ok()) {
    expires = *time;
  }
  if (!expires || *expires <= now || *expires > now + kLongestExpiry) return unexpected("expires", value, kExpected);
  return expires;
}

core::Result<std::vector<std::pair<std::string, std::string>>> parse_patterns(const Json& value) {
  if (!value.is_object()) return unexpected("fields", value, R"(an object such as {"dest": "build-*"})");
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [column, pattern] : value.items()) {
    RW_TRY(std::string text, parse_text("fields." + column, pattern));
    fields.emplace_back(column, std::move(text));
  }
  return fields;
}

core::Result<std::vector<std::string>> parse_columns(const Json& value) {
  if (!value.is_array()) return unexpected("fields", value, R"(a list such as ["dest"])");
  std::vector<std::string> fields;
  for (const Json& column : value) {
    RW_TRY(std::string text, parse_text("fields", column));
    fields.push_back(std::move(text));
  }
  return fields;
}

core::Result<detect::Exception> parse_exception(const Context& context, const Json& body) {
  detect::Exception exception;
  exception.created = context.sources.clock.now();
  exception.actor = context.caller.actor();
  for (const auto& [member, value] : body.items()) {
    if (member == "detection") {
      RW_TRY(exception.detection, parse_detection(context, value));
    } else if (member == "fields") {
      RW_TRY(exception.fields, parse_patterns(value));
    } else if (member == "reason") {
      RW_TRY(exception.reason, parse_text(member, value));
    } else if (member == "expires") {
      RW_TRY(exception.expires, parse_expires(value, exception.created));
    } else {
      return unknown_member(member, "detection, fields, reason, expires");
    }
  }
  RW_CHECK(detect::check(exception));
  return exception;
}

core::Result<detect::Suppression> parse_suppression(const Context& context, const Json& body) {
  detect::Suppression suppression;
  suppression.created = context.sources.clock.now();
  suppression.actor = context.caller.actor();
  bool any_fields = false;
  for (const auto& [member, value] : body.items()) {
    if (member == "detection") {
      RW_TRY(suppression.detection, parse_detection(context, value));
    } else if (member == "fields") {
      RW_TRY(suppression.fields, parse_columns(value));
      any_fields = true;
    } else if (member == "period") {
      RW_TRY(const std::string text, parse_text(member, value));
      const auto period = core::parse_duration(text);
      if (!period.ok()) return core::invalid_input("period: " + period.error().message);
      suppression.period = *period;
    } else if (member == "expires") {
      RW_TRY(suppression.expires, parse_expires(value, suppression.created));
    } else {
      return unknown_member(member, "detection, fields, period, expires");
    }
  }
  if (!any_fields) return core::invalid_input("fields is missing: expected a list of columns ([]: all rows are alike)");
  RW_CHECK(detect::check(suppression));
  return suppression;
}

// ---- Changes

core::Result<void> tune(const Context& context, const http::Request& request, std::string_view action,
                        const std::string& object, const Json& detail, const TuningChange& change) {
  if (!context.sources.tune) {
    return core::Error{core::ErrorCode::kUnsupported, "the detections of this daemon cannot be tuned"};
  }
  return context.sources.tune(change, [&](std::string_view failure) -> core::Result<void> {
    storage::Edits edits;
    edits.audit.push_back(failure.empty() ? audit_entry(context, request, action, object, detail)
                                          : audit_entry(context, request, std::string(action) + ".failed", object,
                                                        {{"error", render_text(failure)}}));
    RW_TRY(const auto outcome, commit_edits(context, std::move(edits)));
    (void)outcome;
    return {};
  });
}

// An id that none of the others has.
template <class Entry>
std::string new_id(const Entry& entry, const std::vector<Entry>& others) {
  constexpr std::size_t kDigits = 12;
  core::StableHash hash;
  hash.add(core::to_us(entry.created));
  hash.add(entry.actor);
  hash.add(entry.detection);
  while (true) {
    const std::string id = hash.hex().substr(0, kDigits);
    if (std::ranges::none_of(others, [&](const Entry& other) { return other.id == id; })) return id;
    hash.add("another");
  }
}

template <class Entry>
core::Result<void> add_entry(Entry& entry, std::vector<Entry>& to, std::string_view what) {
  if (to.size() >= detect::kMostTuningEntries) {
    return core::Error{core::ErrorCode::kLimit, fmt::format("there are {} {} already", to.size(), what),
                       "delete those that have expired"};
  }
  entry.id = new_id(entry, to);
  to.push_back(entry);
  return {};
}

template <class Entry>
core::Result<void> delete_entry(const std::string& id, std::vector<Entry>& from, std::string_view what) {
  if (std::erase_if(from, [&](const Entry& entry) { return entry.id == id; }) > 0) return {};
  return core::Error{core::ErrorCode::kNotFound, fmt::format("there is no {} '{}'", what, id)};
}

// ---- Filters

// A search expression alone is what `search` takes.
std::string command_of(std::string_view search) {
  const std::string_view text = core::trim(search);
  for (const std::string_view command : {"search ", "where "}) {
    if (text.starts_with(command)) return std::string(text);
  }
  return "search " + std::string(text);
}

// "2:9: message" of a search that begins with `before` in the line above: where it stands in what was asked for.
core::Error placed(const core::Error& error, std::size_t before) {
  constexpr std::string_view kSecondLine = "2:";
  std::size_t col = 0;
  const std::string& message = error.message;
  if (!message.starts_with(kSecondLine)) return core::Error{core::ErrorCode::kInvalidInput, "search: " + message};
  const char* const end = message.data() + message.size();
  const auto [rest, fault] = std::from_chars(message.data() + kSecondLine.size(), end, col);
  if (fault != std::errc()) return core::Error{core::ErrorCode::kInvalidInput, "search: " + message};
  return core::invalid_input(fmt::format("search: 1:{}{}", col > before ? col - before : 1,
                                         std::string_view(rest, static_cast<std::size_t>(end - rest))));
}

// That the detection compiles with it. Errors: InvalidInput, with the place.
core::Result<void> try_filter(const detect::Catalogue& catalogue, const Detection& detection, const std::string& macro,
                              std::string_view search) {
  RW_CHECK(detect::check_filter(search));
  const std::string command = command_of(search);
  constexpr std::string_view kPipe = "| ";
  const auto alone = detect::compile_spl("| makeresults\n" + std::string(kPipe) + command, catalogue.knowledge());
  if (!alone.ok()) {
    const std::size_t added = command.size() - core::trim(search).size();
    return placed(alone.error(), kPipe.size() + added);
  }
  detect::Knowledge knowledge = catalogue.knowledge();
  knowledge.macros.add({.name = macro, .arguments = {}, .definition = command});
  const auto whole = detect::compile_spl(detection.search_text, knowledge);
  if (!whole.ok())
    return core::invalid_input("search: the detection does not compile with it: " + whole.error().message);
  return {};
}

struct Filtered {
  DetectionPtr detection;
  std::string macro;
};
// The macro that a request is about, or the answer that there is none.
std::variant<Filtered, http::Response> find_filter(DetectionPtr detection, const http::Request& request) {
  std::string macro = detect::filter_macro_of(*detection);
  if (!macro.empty()) return Filtered{std::move(detection), std::move(macro)};
  return problem(409, fmt::format("'{}' has no filter macro", detection->name), request.path,
                 "make an exception: POST /api/v1/exceptions");
}

Json render_filter(const detect::Catalogue& catalogue, const std::string& macro) {
  const detect::Macro* defined = catalogue.macros().find(macro, 0);
  return {{"macro", macro},
          {"search", defined == nullptr ? Json(nullptr) : render_text(defined->definition)},
          {"tuned", catalogue.tuning().filters.contains(macro)}};
}

// ---- Preview

// A value of a stored row, as a search gave it.
storage::Value value_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  std::vector<std::string> texts;
  for (const Json& element : json) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

struct Preview {
  std::size_t matched = 0;
  std::size_t looked_at = 0;
  Json items = Json::array();
};

core::Result<void> look(ReaderPool::Lease& reader, storage::ListRequest list, std::string_view kind,
                        const detect::RowException& exception, Preview& preview) {
  list.limit = kPreviewPage;
  for (std::size_t seen = 0; seen < kMostLookedAt;) {
    RW_TRY(const storage::ListPage page, reader->list(list));
    for (const Json& item : render_items(page)) {
      ++seen;
      ++preview.looked_at;
      const auto row = item.find("row");
      if (row == item.end() || !row->is_object()) continue;
      std::optional<storage::Value> cell;
      const bool matches = detect::is_excepted(exception, [&](const std::string& column) -> const storage::Value* {
        const auto value = row->find(column);
        if (value == row->end()) return nullptr;
        cell = value_of(*value);
        return &*cell;
      });
      if (!matches) continue;
      ++preview.matched;
      if (preview.items.size() == kMostPreviewed) continue;
      preview.items.push_back({{"kind", kind},
                               {"id", item.at("id")},
                               {"time", item.at("time")},
                               {"detection", item.at("detection")},
                               {"row", *row}});
    }
    if (!page.next) return {};
    list.after = page.next;
  }
  return {};
}

}  // namespace

Answer list_exceptions(const Context& context, const http::Request& request) {
  const auto catalogue = context.sources.catalogue.get();
  std::vector<Json> items;
  for (const auto& exception : catalogue->tuning().exceptions) items.push_back(render_exception(exception));
  return answer_items(request, "exceptions", {"id", "detection", "reason", "actor", "created", "expires"},
                      std::move(items));
}

Answer add_exception(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const Json body, parse_object(request.body, kExceptionExample));
  RW_TRY(detect::Exception exception, parse_exception(context, body));
  RW_CHECK(tune(context, request, "exception.add", exception.detection, body,
                [&](Tuning& tuning) { return add_entry(exception, tuning.exceptions, "exceptions"); }));
  return json_response(render_exception(exception), 201);
}

Answer delete_exception(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& id = request.path_parameters.at(0);
  RW_CHECK(tune(context, request, "exception.delete", id, Json::object(),
                [&](Tuning& tuning) { return delete_entry(id, tuning.exceptions, "exception"); }));
  return http::Response{.status = 204};
}

Answer preview_exception(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(Json body, parse_object(request.body, R"({"detection": "*", "fields": {"dest": "build-*"}})"));
  storage::ListRequest list;
  const core::Micros now = context.sources.clock.now();
  std::string earliest = "-30d";
  if (const auto member = body.find("earliest"); member != body.end()) {
    RW_TRY(earliest, parse_text("earliest", *member));
    body.erase(member);
  }
  const auto from = core::parse_time_argument(earliest, now, context.sources.zone);
  if (!from.ok()) return core::invalid_input("earliest: " + from.error().message);
  list.earliest = *from;
  RW_TRY(const detect::Exception exception, parse_exception(context, body));
  if (exception.detection != detect::kEveryDetection) {
    RW_TRY(const DetectionPtr detection, find_detection(context, exception.detection));
    list.filters.emplace_back("detection_id", detection->id);
  }
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  const detect::RowException row = detect::row_exception(exception);
  Preview preview;
  list.listing = storage::Listing::kNotables;
  RW_CHECK(look(reader, list, "notable", row, preview));
  list.listing = storage::Listing::kRiskEvents;
  RW_CHECK(look(reader, list, "risk_event", row, preview));
  return json_response(
      {{"matched", preview.matched}, {"looked_at", preview.looked_at}, {"items", std::move(preview.items)}});
}

Answer list_suppressions(const Context& context, const http::Request& request) {
  const auto catalogue = context.sources.catalogue.get();
  std::vector<Json> items;
  for (const auto& suppression : catalogue->tuning().suppressions) items.push_back(render_suppression(suppression));
  return answer_items(request, "suppressions", {"id", "detection", "fields", "period", "actor", "created", "expires"},
                      std::move(items));
}

Answer add_suppression(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const Json body, parse_object(request.body, kSuppressionExample));
  RW_TRY(detect::Suppression suppression, parse_suppression(context, body));
  RW_CHECK(tune(context, request, "suppression.add", suppression.detection, body,
                [&](Tuning& tuning) { return add_entry(suppression, tuning.suppressions, "suppressions"); }));
  return json_response(render_suppression(suppression), 201);
}

Answer delete_suppression(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& id = request.path_parameters.at(0);
  RW_CHECK(tune(context, request, "suppression.delete", id, Json::object(),
                [&](Tuning& tuning) { return delete_entry(id, tuning.suppressions, "suppression"); }));
  return http::Response{.status = 204};
}

Answer get_filter(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(DetectionPtr detection, find_detection(context, request.path_parameters.at(0)));
  auto found = find_filter(std::move(detection), request);
  if (auto* none = std::get_if<http::Response>(&found)) return std::move(*none);
  return json_response(render_filter(*context.sources.catalogue.get(), std::get<Filtered>(found).macro));
}

Answer put_filter(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(DetectionPtr detection, find_detection(context, request.path_parameters.at(0)));
  auto found = find_filter(std::move(detection), request);
  if (auto* none = std::get_if<http::Response>(&found)) return std::move(*none);
  const auto& filtered = std::get<Filtered>(found);
  RW_TRY(const Json body, parse_object(request.body, R"({"search": "NOT dest=\"build-*\""})"));
  std::string search;
  for (const auto& [member, value] : body.items()) {
    if (member != "search") return unknown_member(member, "search");
    RW_TRY(search, parse_text(member, value));
  }
  RW_CHECK(try_filter(*context.sources.catalogue.get(), *filtered.detection, filtered.macro, search));
  RW_CHECK(tune(context, request, "filter.set", filtered.macro, body, [&](Tuning& tuning) -> core::Result<void> {
    tuning.filters[filtered.macro] = command_of(search);
    return {};
  }));
  return json_response(render_filter(*context.sources.catalogue.get(), filtered.macro));
}

Answer delete_filter(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(DetectionPtr detection, find_detection(context, request.path_parameters.at(0)));
  auto found = find_filter(std::move(detection), request);
  if (auto* none = std::get_if<http::Response>(&found)) return std::move(*none);
  const std::string macro = std::get<Filtered>(found).macro;
  RW_CHECK(tune(context, request, "filter.delete", macro, Json::object(), [&](Tuning& tuning) -> core::Result<void> {
    if (tuning.filters.erase(macro) > 0) return {};
    return core::Error{core::ErrorCode::kNotFound, fmt::format("the filter '{}' was not set here", macro)};
  }));
  return http::Response{.status = 204};
}

Answer change_detection(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const DetectionPtr detection, find_detection(context, request.path_parameters.at(0)));
  RW_TRY(const Json body, parse_object(request.body, R"({"enabled": false})"));
  std::optional<bool> enabled;
  for (const auto& [member, value] : body.items()) {
    if (member != "enabled") return unknown_member(member, "enabled");
    if (!value.is_boolean()) return unexpected(member, value, "true or false");
    enabled = value.get<bool>();
  }
  if (!enabled) return core::invalid_input("enabled is missing: expected true or false");
  RW_CHECK(tune(context, request, "detection.edit", detection->name, body, [&](Tuning& tuning) -> core::Result<void> {
    std::erase_if(tuning.enabled, [&](const auto& entry) { return detect::is_called(*detection, entry.first); });
    tuning.enabled[detection->name] = *enabled;
    return {};
  }));
  return get_detection(context, request);
}

}  // namespace rw::web
