#include "web/openapi.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "daemon/core/version.h"
#include "storage/listing.h"
#include "web/auth.h"

namespace rw::web {
namespace {

using storage::Listing;

// What a group of a pattern is called: after the part of the path before it.
struct PathParameter {
  std::string_view after;
  std::string_view name;
};
constexpr PathParameter kPathParameters[] = {{"counts/", "list"}, {"users/", "name"}};

std::string_view parameter_name(std::string_view before) {
  for (const PathParameter& parameter : kPathParameters) {
    if (before.ends_with(parameter.after)) return parameter.name;
  }
  return "id";
}

// Schemas that follow from the columns of a listing.
struct ListedSchema {
  std::string_view name;
  Listing listing;
  std::string_view time_name;
};
constexpr ListedSchema kListed[] = {{"RiskEvent", Listing::kRiskEvents, "time"},
                                    {"Notable", Listing::kNotables, "time"},
                                    {"Run", Listing::kRuns, "time"},
                                    {"RegistryEvent", Listing::kRegistryEvents, "_time"},
                                    {"ProcessEvent", Listing::kProcessEvents, "_time"},
                                    {"Rejected", Listing::kRejected, "time"},
                                    {"Source", Listing::kSources, "last_received"},
                                    {"NotableChange", Listing::kNotableChanges, "time"},
                                    {"AuditEntry", Listing::kAudit, "time"},
                                    {"Token", Listing::kTokens, "created"},
                                    {"User", Listing::kUsers, "created"},
                                    {"Notification", Listing::kNotifications, "created"}};

bool names(std::span<const std::string_view> list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

Json reference(std::string_view schema) { return {{"$ref", "#/components/schemas/" + std::string(schema)}}; }

Json column_schema(const storage::ListingColumns& shown, std::string_view column) {
  if (names(shown.times, column)) return {{"type", "string"}, {"format", "date-time"}};
  if (names(shown.booleans, column)) return {{"type", "boolean"}};
  if (names(shown.numbers, column)) return {{"type", "integer"}};
  if (names(shown.json, column)) return {{"type", Json::array({"object", "array"})}};
  if (column == "EventRecordID") return {{"type", Json::array({"integer", "string"})}};
  if (column == "coverage") return {{"type", "number"}};
  if (column == "gaps") {
    return {{"type", "array"},
            {"items",
             {{"type", "object"},
              {"required", Json::array({"first", "last"})},
              {"properties", {{"first", {{"type", "integer"}}}, {"last", {{"type", "integer"}}}}}}}};
  }
  return {{"type", "string"}};
}

Json listed_schema(const ListedSchema& listed) {
  const storage::ListingColumns& shown = storage::columns_of(listed.listing);
  Json properties = {{"id", {{"type", "integer"}, {"minimum", 1}}}};
  for (const std::string_view column : shown.columns) {
    properties[std::string(column == "time" ? listed.time_name : column)] = column_schema(shown, column);
  }
  if (listed.listing == Listing::kSources) properties["silent"] = {{"type", "boolean"}};
  return {{"type", "object"},
          {"description", "What is null is left out."},
          {"required", Json::array({"id", listed.time_name})},
          {"properties", std::move(properties)}};
}

std::string_view time_name_of(Listing listing) {
  for (const ListedSchema& listed : kListed) {
    if (listed.listing == listing) return listed.time_name;
  }
  return "time";
}

Json query_parameter(std::string_view name, std::string_view description, Json schema) {
  return {{"name", name}, {"in", "query"}, {"description", description}, {"schema", std::move(schema)}};
}

Json text_schema() { return {{"type", "string"}}; }

// Every column is a parameter of its own: one object of them, written out as name=value.
Json filter_parameter(Listing listing) {
  Json columns = Json::array({"id"});
  for (const std::string_view column : storage::columns_of(listing).columns) {
    if (column != "earliest" && column != "latest")
      columns.push_back(column == "time" ? time_name_of(listing) : column);
  }
  Json parameter = query_parameter(
      "filters", "Only rows whose columns have these values: without case, * is any run of characters",
      {{"type", "object"}, {"propertyNames", {{"enum", std::move(columns)}}}, {"additionalProperties", text_schema()}});
  parameter["style"] = "form";
  parameter["explode"] = true;
  return parameter;
}

void add_window(Json& parameters) {
  parameters.push_back(query_parameter(
      "earliest", "At this time or later: ISO 8601, epoch seconds, or relative such as -24h or -7d@d", text_schema()));
  parameters.push_back(query_parameter("latest", "Before this time", text_schema()));
}

Json limit_parameter(std::int64_t most) {
  return query_parameter("limit", "At most so many items", {{"type", "integer"}, {"minimum", 1}, {"maximum", most}});
}

void add_list_parameters(Json& parameters, Listing listing) {
  add_window(parameters);
  parameters.push_back(query_parameter(
      "limit", "Items a page, at most 1000 (100 where it is left out); of CSV and NDJSON items in all, without bound",
      {{"type", "integer"}, {"minimum", 1}}));
  parameters.push_back(query_parameter("cursor", "next_cursor of the page before", text_schema()));
  Json orders = Json::array();
  for (const std::string_view column : storage::sortable_columns(listing)) {
    const std::string name(column == "time" ? time_name_of(listing) : column);
    orders.push_back(name);
    orders.push_back("-" + name);
  }
  parameters.push_back(query_parameter("sort", "Column to sort by, with a - before it the highest first",
                                       {{"enum", std::move(orders)}, {"default", "-id"}}));
  parameters.push_back(query_parameter(
      "fields", "Members to answer, separated by commas; row.dest is the member of a member", text_schema()));
  if (!names(storage::columns_of(listing).columns, "format")) {
    parameters.push_back(query_parameter("format", "The form of the answer; else the header Accept says it",
                                         {{"enum", Json::array({"json", "csv", "ndjson"})}, {"default", "json"}}));
  }
  parameters.push_back(filter_parameter(listing));
}

void add_count_parameters(Json& parameters) {
  add_window(parameters);
  parameters.push_back(query_parameter("by", "Columns to count by, separated by commas, at most four", text_schema()));
  parameters.push_back(query_parameter("span", "Buckets of time: auto, or such as 15m, 1h, 1d, 1w", text_schema()));
  parameters.push_back(query_parameter("sum", "A column of numbers to sum, too", text_schema()));
  parameters.push_back(limit_parameter(1000));
  Json filters = query_parameter("filters", "Columns of the list, as there",
                                 {{"type", "object"}, {"additionalProperties", text_schema()}});
  filters["style"] = "form";
  filters["explode"] = true;
  parameters.push_back(std::move(filters));
}

Json query_parameters(const RouteDoc& doc) {
  Json parameters = Json::array();
  const Listing listing = doc.listing.value_or(Listing::kNotables);
  switch (doc.query) {
    case QueryKind::kNone:
      break;
    case QueryKind::kList:
      add_list_parameters(parameters, listing);
      break;
    case QueryKind::kIndexList: {
      parameters.push_back(limit_parameter(1000));
      parameters.push_back(query_parameter("cursor", "next_cursor of the page before", text_schema()));
      Json filters = query_parameter("filters", "Members that must have these values",
                                     {{"type", "object"}, {"additionalProperties", text_schema()}});
      filters["style"] = "form";
      filters["explode"] = true;
      parameters.push_back(std::move(filters));
      break;
    }
    case QueryKind::kCounts:
      add_count_parameters(parameters);
      break;
    case QueryKind::kRiskObjects:
      add_window(parameters);
      parameters.push_back(limit_parameter(1000));
      parameters.push_back(query_parameter("cursor", "next_cursor of the page before", text_schema()));
      parameters.push_back(filter_parameter(Listing::kRiskEvents));
      break;
    case QueryKind::kExport:
      add_window(parameters);
      parameters.push_back(query_parameter("limit", "At most so many", {{"type", "integer"}, {"minimum", 1}}));
      parameters.push_back(query_parameter("sort", "As of the list", text_schema()));
      parameters.push_back(filter_parameter(listing));
      break;
    case QueryKind::kWindow:
      add_window(parameters);
      break;
    case QueryKind::kStream:
      parameters.push_back(query_parameter("last_event_id", "As the header Last-Event-ID", text_schema()));
      break;
  }
  return parameters;
}

// The groups of the pattern, with the names that path_template() gives them.
Json path_parameters(std::string_view pattern) {
  Json parameters = Json::array();
  for (std::size_t begin = pattern.find('('); begin != std::string_view::npos; begin = pattern.find('(', begin + 1)) {
    const std::string_view group = pattern.substr(begin + 1, pattern.find(')', begin) - begin - 1);
    Json schema = text_schema();
    if (group.find('|') != std::string_view::npos) {
      schema = {{"enum", Json::array()}};
      for (std::string_view left = group; !left.empty();) {
        const std::size_t bar = left.find('|');
        schema["enum"].push_back(left.substr(0, bar));
        left.remove_prefix(bar == std::string_view::npos ? left.size() : bar + 1);
      }
    }
    parameters.push_back({{"name", parameter_name(pattern.substr(0, begin))},
                          {"in", "path"},
                          {"required", true},
                          {"schema", std::move(schema)}});
  }
  return parameters;
}

bool is_page(QueryKind kind) {
  return kind == QueryKind::kList || kind == QueryKind::kIndexList || kind == QueryKind::kRiskObjects;
}

Json answer_content(const RouteDoc& doc) {
  Json content = Json::object();
  if (is_page(doc.query)) {
    content["application/json"]["schema"] = {{"type", "object"},
                                             {"required", Json::array({"items", "next_cursor"})},
                                             {"properties",
                                              {{"items", {{"type", "array"}, {"items", reference(doc.answer)}}},
                                               {"next_cursor", {{"type", Json::array({"string", "null"})}}}}}};
  } else if (!doc.answer.empty()) {
    content[std::string(doc.media_type)]["schema"] = reference(doc.answer);
  } else if (doc.media_type != "application/json") {
    content[std::string(doc.media_type)]["schema"] = text_schema();
  }
  if (doc.query == QueryKind::kList) {
    content["text/csv"]["schema"] = text_schema();
    content["application/x-ndjson"]["schema"] = text_schema();
  }
  return content;
}

Json problem_response(std::string_view description) {
  return {{"description", description},
          {"content", {{"application/problem+json", {{"schema", reference("Problem")}}}}}};
}

Json operation_of(const DocumentedRoute& route) {
  const RouteDoc& doc = route.doc;
  Json operation = {{"summary", doc.summary}};
  std::string id(route.method);
  std::ranges::transform(id, id.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  for (const char c : path_template(route.pattern)) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word) id += c;
    if (!word && !id.ends_with('_')) id += '_';
  }
  while (id.ends_with('_')) id.pop_back();
  operation["operationId"] = id;
  Json parameters = path_parameters(route.pattern);
  for (Json& parameter : query_parameters(doc)) parameters.push_back(std::move(parameter));
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!doc.body.empty()) {
    operation["requestBody"] = {{"required", true},
                                {"content", {{"application/json", {{"schema", reference(doc.body)}}}}}};
  }
  Json& responses = operation["responses"] = Json::object();
  Json& good = responses[std::to_string(doc.status)] = {{"description", doc.status == 204 ? "Done" : "The answer"}};
  if (Json content = answer_content(doc); !content.empty()) good["content"] = std::move(content);
  responses["4XX"] = problem_response("What is wrong with the request (RFC 9457)");
  responses["default"] = problem_response("Why it cannot be answered (RFC 9457)");
  operation["security"] = Json::array();
  if (!route.scope.empty()) operation["security"].push_back({{"token", Json::array({route.scope})}});
  if (!route.scope.empty() || doc.takes_session) operation["security"].push_back({{"session", Json::array()}});
  return operation;
}

}  // namespace

std::string path_template(std::string_view pattern) {
  std::string path;
  while (true) {
    const std::size_t begin = pattern.find('(');
    path += pattern.substr(0, begin);
    if (begin == std::string_view::npos) break;
    path += '{';
    path += parameter_name(path.substr(0, path.size() - 1));
    path += '}';
    pattern.remove_prefix(std::min(pattern.find(')', begin), pattern.size() - 1) + 1);
  }
  std::erase(path, '\\');  // of "\."
  return path;
}

Json openapi_document(const std::vector<DocumentedRoute>& routes) {
  Json document = {{"openapi", "3.1.0"},
                   {"info",
                    {{"title", "regwarden"},
                     {"version", core::kVersion},
                     {"summary", "Findings, detections and events of a regwarden daemon"},
                     {"description", "Paths below /api/v1 stay as they are; members may be added. See docs/api.md."}}},
                   {"servers", Json::array({{{"url", "/"}}})},
                   {"paths", Json::object()}};
  for (const DocumentedRoute& route : routes) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
    document["paths"][path_template(route.pattern)][method] = operation_of(route);
  }
  Json schemas = handwritten_schemas();
  schemas.update(schemas_of_changes());
  for (const ListedSchema& listed : kListed) schemas[std::string(listed.name)] = listed_schema(listed);
  document["components"] = {
      {"schemas", std::move(schemas)},
      {"securitySchemes",
       {{"token",
         {{"type", "http"},
          {"scheme", "bearer"},
          {"description",
           "A token of the configuration or of `regwarden token add`; the scope is named with the path"}}},
        {"session",
         {{"type", "apiKey"},
          {"in", "cookie"},
          {"name", kSessionCookie},
          {"description",
           "Of a user who has signed in with POST /api/v1/session and has that scope; what changes something needs the "
           "header X-CSRF-Token, too"}}}}}};
  return document;
}

}  // namespace rw::web
