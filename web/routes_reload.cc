#include "web/parameters.h"
#include "web/render.h"
#include "web/routes.h"

namespace rw::web {
namespace {

Json problems_json(const core::Problems& problems) {
  Json list = Json::array();
  for (const core::Problem& problem : problems) {
    list.push_back({{"file", render_text(problem.file)},
                    {"line", problem.line},
                    {"col", problem.col},
                    {"message", render_text(problem.message)},
                    {"severity", problem.severity == core::Severity::kError ? "error" : "warning"}});
  }
  return list;
}

Json report_json(const detect::ReloadReport& report) {
  Json json = {{"loaded", report.loaded}, {"enabled", report.enabled}, {"unsupported", report.unsupported}};
  json["added"] = render_texts(report.added);
  json["changed"] = render_texts(report.changed);
  json["removed"] = render_texts(report.removed);
  json["kept"] = render_texts(report.kept);
  json["problems"] = problems_json(report.problems);
  return json;
}

}  // namespace

Answer reload_detections(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  if (!context.sources.reload) {
    return core::Error{core::ErrorCode::kUnsupported, "the detections of this daemon cannot be reloaded"};
  }
  RW_TRY(const detect::ReloadReport report, context.sources.reload());
  return json_response(report_json(report));
}

Answer reload_config(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  if (!context.sources.reload_config) {
    return core::Error{core::ErrorCode::kUnsupported, "the configuration of this daemon cannot be reloaded"};
  }
  RW_TRY(const ConfigReload reload, context.sources.reload_config());
  return json_response({{"accepted", reload.accepted},
                        {"changed", render_texts(reload.changed)},
                        {"needs_restart", render_texts(reload.needs_restart)},
                        {"problems", problems_json(reload.problems)},
                        {"detections", report_json(reload.detections)}});
}

}  // namespace rw::web
