#include "web/parameters.h"
#include "web/render.h"
#include "web/routes.h"

namespace rw::web {

Answer reload_detections(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  if (!context.sources.reload) {
    return core::Error{core::ErrorCode::kUnsupported, "the detections of this daemon cannot be reloaded"};
  }
  RW_TRY(const detect::ReloadReport report, context.sources.reload());
  Json json = {{"loaded", report.loaded}, {"enabled", report.enabled}, {"unsupported", report.unsupported}};
  json["added"] = render_texts(report.added);
  json["changed"] = render_texts(report.changed);
  json["removed"] = render_texts(report.removed);
  json["kept"] = render_texts(report.kept);
  json["problems"] = Json::array();
  for (const core::Problem& problem : report.problems) {
    json["problems"].push_back({{"file", render_text(problem.file)},
                                {"line", problem.line},
                                {"col", problem.col},
                                {"message", render_text(problem.message)},
                                {"severity", problem.severity == core::Severity::kError ? "error" : "warning"}});
  }
  return json_response(json);
}

}  // namespace rw::web
