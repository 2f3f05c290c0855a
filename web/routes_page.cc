#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "web/page_files.h"
#include "web/routes.h"

namespace rw::web {
namespace {

std::string_view content_type_of(std::string_view file) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes = {
      {{".html", "text/html; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".svg", "image/svg+xml"}}};
  for (const auto& [extension, type] : kTypes) {
    if (file.ends_with(extension)) return type;
  }
  return "application/octet-stream";
}

}  // namespace

Answer get_page_file(const Context&, const http::Request& request) {
  const std::string_view name = request.path == "/" ? "index.html" : std::string_view(request.path_parameters.at(0));
  for (const PageFile& file : page_files()) {
    if (file.name != name) continue;
    http::Response response;
    response.body = file.content;
    response.content_type = content_type_of(file.name);
    return response;
  }
  return core::Error{core::ErrorCode::kNotFound, "there is no such file"};
}

}  // namespace rw::web
