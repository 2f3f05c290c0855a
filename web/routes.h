// The handlers behind route_table.cc, by file: what each answers stands in docs/api.md.
#pragma once

#include "web/context.h"

namespace rw::web {

// routes_lists.cc
Answer list_risk_events(const Context& context, const http::Request& request);
Answer list_runs(const Context& context, const http::Request& request);
Answer list_registry_events(const Context& context, const http::Request& request);
Answer list_process_events(const Context& context, const http::Request& request);
Answer list_rejected(const Context& context, const http::Request& request);
Answer list_sources(const Context& context, const http::Request& request);

// routes_counts.cc
Answer get_counts(const Context& context, const http::Request& request);

// routes_risk.cc
Answer list_risk_objects(const Context& context, const http::Request& request);

// routes_notables.cc
Answer list_notables(const Context& context, const http::Request& request);
Answer get_notable(const Context& context, const http::Request& request);

// routes_triage.cc
Answer edit_notable(const Context& context, const http::Request& request);
Answer edit_notables(const Context& context, const http::Request& request);
Answer list_notable_history(const Context& context, const http::Request& request);
Answer get_notable_events(const Context& context, const http::Request& request);

// routes_detections.cc
Answer list_detections(const Context& context, const http::Request& request);
Answer get_detection(const Context& context, const http::Request& request);

// routes_reload.cc
Answer reload_detections(const Context& context, const http::Request& request);
Answer reload_config(const Context& context, const http::Request& request);

// routes_search.cc
Answer run_search(const Context& context, const http::Request& request);
Answer list_searches(const Context& context, const http::Request& request);
Answer cancel_search(const Context& context, const http::Request& request);

// routes_stream.cc
Answer stream_news(const Context& context, const http::Request& request);

// routes_tuning.cc
Answer list_exceptions(const Context& context, const http::Request& request);
Answer add_exception(const Context& context, const http::Request& request);
Answer delete_exception(const Context& context, const http::Request& request);
Answer list_suppressions(const Context& context, const http::Request& request);
Answer add_suppression(const Context& context, const http::Request& request);
Answer delete_suppression(const Context& context, const http::Request& request);
Answer change_detection(const Context& context, const http::Request& request);

// routes_preview.cc
Answer preview_exception(const Context& context, const http::Request& request);

// routes_filters.cc
Answer get_filter(const Context& context, const http::Request& request);
Answer put_filter(const Context& context, const http::Request& request);
Answer delete_filter(const Context& context, const http::Request& request);

// routes_notifications.cc
Answer list_notifications(const Context& context, const http::Request& request);
Answer test_notifications(const Context& context, const http::Request& request);
Answer retry_notification(const Context& context, const http::Request& request);

// routes_status.cc
Answer get_status(const Context& context, const http::Request& request);
Answer get_health(const Context& context, const http::Request& request);
Answer get_metrics(const Context& context, const http::Request& request);

// routes_export.cc
Answer export_ocsf(const Context& context, const http::Request& request);
Answer export_ecs(const Context& context, const http::Request& request);
Answer export_navigator(const Context& context, const http::Request& request);

// routes_openapi.cc
Answer get_openapi(const Context& context, const http::Request& request);
// routes_tokens.cc
Answer list_tokens(const Context& context, const http::Request& request);
Answer add_token(const Context& context, const http::Request& request);
Answer revoke_token(const Context& context, const http::Request& request);
Answer list_audit(const Context& context, const http::Request& request);

// routes_session.cc
Answer get_session(const Context& context, const http::Request& request);
Answer open_session(const Context& context, const http::Request& request);
Answer end_session(const Context& context, const http::Request& request);
Answer change_own_password(const Context& context, const http::Request& request);

// routes_users.cc
Answer list_users(const Context& context, const http::Request& request);
Answer add_user(const Context& context, const http::Request& request);
Answer change_user(const Context& context, const http::Request& request);
Answer remove_user(const Context& context, const http::Request& request);

// routes_page.cc
Answer get_page_file(const Context& context, const http::Request& request);

}  // namespace rw::web
