#include "web/route_table.h"

#include "web/routes.h"

namespace rw::web {
namespace {

using storage::Listing;

constexpr std::optional<Scope> kPublic = std::nullopt;

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/risk-events", Scope::kRead, list_risk_events, {"Risk events", "RiskEvent", QueryKind::kList, Listing::kRiskEvents}},
    {"GET", "/api/v1/risk-objects", Scope::kRead, list_risk_objects, {"Who or what has how much risk, most first", "RiskObject", QueryKind::kRiskObjects, Listing::kRiskEvents}},
    {"GET", "/api/v1/counts/(risk-events|notables|events/registry|events/processes|runs|rejected)", Scope::kRead, get_counts, {"How many items a list has, by columns and time", "Counts", QueryKind::kCounts}},
    {"GET", "/api/v1/notables", Scope::kRead, list_notables, {"Notables", "Notable", QueryKind::kList, Listing::kNotables}},
    {"GET", "/api/v1/notables/([^/]+)", Scope::kRead, get_notable, {"One notable", "Notable"}},
    {"PATCH", "/api/v1/notables", Scope::kWrite, edit_notables, {"Change many notables", "Changed", QueryKind::kNone, std::nullopt, "NotablesEdit"}},
    {"PATCH", "/api/v1/notables/([^/]+)", Scope::kWrite, edit_notable, {"Change a notable", "Notable", QueryKind::kNone, std::nullopt, "NotableEdit"}},
    {"GET", "/api/v1/notables/([^/]+)/history", Scope::kRead, list_notable_history, {"What became of a notable, newest first", "NotableChange", QueryKind::kList, Listing::kNotableChanges}},
    {"GET", "/api/v1/notables/([^/]+)/events", Scope::kRead, get_notable_events, {"The events behind a notable", "NotableEvents"}},
    {"GET", "/api/v1/detections", Scope::kRead, list_detections, {"Detections by name", "Detection", QueryKind::kIndexList}},
    {"GET", "/api/v1/detections/([^/]+)", Scope::kRead, get_detection, {"One detection, by its id, name or file stem", "Detection"}},
    {"PATCH", "/api/v1/detections/([^/]+)", Scope::kWrite, change_detection, {"Switch a detection on or off", "Detection", QueryKind::kNone, std::nullopt, "DetectionChange"}},
    {"GET", "/api/v1/detections/([^/]+)/filter", Scope::kRead, get_filter, {"The filter macro of a detection", "Filter"}},
    {"PUT", "/api/v1/detections/([^/]+)/filter", Scope::kWrite, put_filter, {"Set the filter macro of a detection", "Filter", QueryKind::kNone, std::nullopt, "FilterChange"}},
    {"DELETE", "/api/v1/detections/([^/]+)/filter", Scope::kWrite, delete_filter, {"Take the filter of a detection away", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"POST", "/api/v1/detections/reload", Scope::kAdmin, reload_detections, {"Read the detections again", "Reload"}},
    {"GET", "/api/v1/exceptions", Scope::kRead, list_exceptions, {"Exceptions: rows that make no findings", "Exception", QueryKind::kIndexList}},
    {"POST", "/api/v1/exceptions", Scope::kWrite, add_exception, {"Add an exception", "Exception", QueryKind::kNone, std::nullopt, "NewException", 201}},
    {"POST", "/api/v1/exceptions/preview", Scope::kWrite, preview_exception, {"The findings that an exception would have hidden", "Preview", QueryKind::kNone, std::nullopt, "PreviewRequest"}},
    {"DELETE", "/api/v1/exceptions/([^/]+)", Scope::kWrite, delete_exception, {"Delete an exception", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"GET", "/api/v1/suppressions", Scope::kRead, list_suppressions, {"Suppressions: rows that repeat within a period", "Suppression", QueryKind::kIndexList}},
    {"POST", "/api/v1/suppressions", Scope::kWrite, add_suppression, {"Add a suppression", "Suppression", QueryKind::kNone, std::nullopt, "NewSuppression", 201}},
    {"DELETE", "/api/v1/suppressions/([^/]+)", Scope::kWrite, delete_suppression, {"Delete a suppression", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"POST", "/api/v1/search", Scope::kRead, run_search, {"Search with SPL", "SearchAnswer", QueryKind::kNone, std::nullopt, "SearchRequest"}},
    {"GET", "/api/v1/searches", Scope::kRead, list_searches, {"What is being searched now", "Searches"}},
    {"DELETE", "/api/v1/searches/([^/]+)", Scope::kRead, cancel_search, {"Cancel a search", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"GET", "/api/v1/runs", Scope::kRead, list_runs, {"The ledger of runs", "Run", QueryKind::kList, Listing::kRuns}},
    {"GET", "/api/v1/events/registry", Scope::kRead, list_registry_events, {"Registry events", "RegistryEvent", QueryKind::kList, Listing::kRegistryEvents}},
    {"GET", "/api/v1/events/processes", Scope::kRead, list_process_events, {"Process-creation events", "ProcessEvent", QueryKind::kList, Listing::kProcessEvents}},
    {"GET", "/api/v1/rejected", Scope::kRead, list_rejected, {"Input that could not be decoded", "Rejected", QueryKind::kList, Listing::kRejected}},
    {"GET", "/api/v1/sources", Scope::kRead, list_sources, {"Who sends: a row for each host and channel", "Source", QueryKind::kList, Listing::kSources}},
    {"GET", "/api/v1/notifications", Scope::kRead, list_notifications, {"Messages that were sent or wait to be", "Notification", QueryKind::kList, Listing::kNotifications}},
    {"POST", "/api/v1/notifications/test", Scope::kAdmin, test_notifications, {"Send a test message", "NotificationTest", QueryKind::kNone, std::nullopt, "NotificationTestRequest"}},
    {"GET", "/api/v1/export/ocsf", Scope::kRead, export_ocsf, {"Notables as OCSF Detection Findings", "", QueryKind::kExport, Listing::kNotables, "", 200, "application/x-ndjson"}},
    {"GET", "/api/v1/export/ecs", Scope::kRead, export_ecs, {"Notables as ECS alerts", "", QueryKind::kExport, Listing::kNotables, "", 200, "application/x-ndjson"}},
    {"GET", "/api/v1/export/navigator", Scope::kRead, export_navigator, {"What fired, as a layer for the ATT&CK Navigator", "Layer", QueryKind::kWindow}},
    {"GET", "/api/v1/stream", Scope::kRead, stream_news, {"What is new, as server-sent events", "", QueryKind::kStream, std::nullopt, "", 200, "text/event-stream"}},
    {"GET", "/api/v1/session", kPublic, get_session, {"Who asks, and what that may do", "Session"}},
    {"POST", "/api/v1/session", kPublic, open_session, {"Sign a user in", "Session", QueryKind::kNone, std::nullopt, "Credentials"}},
    {"DELETE", "/api/v1/session", kPublic, end_session, {"Sign out", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"GET", "/api/v1/tokens", Scope::kAdmin, list_tokens, {"Tokens, without what is secret", "Token", QueryKind::kList, Listing::kTokens}},
    {"POST", "/api/v1/tokens", Scope::kAdmin, add_token, {"Make a token, which is shown once", "NewToken", QueryKind::kNone, std::nullopt, "TokenRequest", 201}},
    {"DELETE", "/api/v1/tokens/([^/]+)", Scope::kAdmin, revoke_token, {"Revoke a token", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"GET", "/api/v1/users", Scope::kAdmin, list_users, {"Users", "User", QueryKind::kList, Listing::kUsers}},
    {"POST", "/api/v1/users", Scope::kAdmin, add_user, {"Add a user", "User", QueryKind::kNone, std::nullopt, "NewUser", 201}},
    {"PATCH", "/api/v1/users/([^/]+)", Scope::kAdmin, change_user, {"Change a user", "User", QueryKind::kNone, std::nullopt, "UserChange"}},
    {"DELETE", "/api/v1/users/([^/]+)", Scope::kAdmin, remove_user, {"Remove a user", "", QueryKind::kNone, std::nullopt, "", 204}},
    {"GET", "/api/v1/audit", Scope::kAdmin, list_audit, {"Who changed what, newest first", "AuditEntry", QueryKind::kList, Listing::kAudit}},
    {"GET", "/api/v1/status", Scope::kRead, get_status, {"How the daemon is", "Status"}},
    {"GET", "/metrics", Scope::kRead, get_metrics, {"Counters for Prometheus", "", QueryKind::kNone, std::nullopt, "", 200, "text/plain"}},
    {"GET", "/healthz", kPublic, get_health, {"Whether the store takes events", "Health"}},
    {"GET", "/openapi\\.json", Scope::kRead, get_openapi, {"This description", "Description"}},
    {"GET", "/", kPublic, get_page_file},
    {"GET", "/static/(.+)", kPublic, get_page_file},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace rw::web
