#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "web/body.h"
#include "web/filter_edit.h"
#include "web/parameters.h"
#include "web/problem.h"
#include "web/render.h"
#include "web/routes.h"
#include "web/tune.h"
#include "web/tuning_body.h"

namespace rw::web {
namespace {

using detect::Tuning;
using DetectionPtr = std::shared_ptr<const detect::Detection>;

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

}  // namespace

Answer get_filter(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(DetectionPtr detection, find_detection(*context.sources.catalogue.get(), request.path_parameters.at(0)));
  auto found = find_filter(std::move(detection), request);
  if (auto* none = std::get_if<http::Response>(&found)) return std::move(*none);
  return json_response(render_filter(*context.sources.catalogue.get(), std::get<Filtered>(found).macro));
}

Answer put_filter(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(DetectionPtr detection, find_detection(*context.sources.catalogue.get(), request.path_parameters.at(0)));
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
    tuning.filters[filtered.macro] = filter_command(search);
    return {};
  }));
  return json_response(render_filter(*context.sources.catalogue.get(), filtered.macro));
}

Answer delete_filter(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(DetectionPtr detection, find_detection(*context.sources.catalogue.get(), request.path_parameters.at(0)));
  auto found = find_filter(std::move(detection), request);
  if (auto* none = std::get_if<http::Response>(&found)) return std::move(*none);
  const std::string macro = std::get<Filtered>(found).macro;
  RW_CHECK(tune(context, request, "filter.delete", macro, Json::object(), [&](Tuning& tuning) -> core::Result<void> {
    if (tuning.filters.erase(macro) > 0) return {};
    return core::Error{core::ErrorCode::kNotFound, fmt::format("the filter '{}' was not set here", macro)};
  }));
  return http::Response{.status = 204};
}

}  // namespace rw::web
