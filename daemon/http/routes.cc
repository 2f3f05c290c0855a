#include "daemon/http/routes.h"

#include <utility>

#include "daemon/core/result.h"

namespace rw::http {
namespace {

// std::regex recurses once per character; no path of ours is anywhere near this long.
constexpr std::size_t kMaxPathBytes = 2048;

}  // namespace

void Routes::add(std::string_view method, std::string_view pattern, Handler handler) {
  RW_ASSERT(handler != nullptr);
  routes_.push_back({std::string(method), std::regex(pattern.begin(), pattern.end()), std::move(handler)});
}

Routes::Match Routes::find(std::string_view method, const std::string& path) const {
  if (path.size() > kMaxPathBytes) return {};
  Match match = find_exact(method, path);
  if (match.status != 200 && method == "HEAD") match = find_exact("GET", path);
  if (match.status != 200) match = refuse(path);
  return match;
}

Routes::Match Routes::find_exact(std::string_view method, const std::string& path) const {
  Match match;
  std::smatch groups;
  for (const Route& route : routes_) {
    // A method costs nothing to compare, a pattern much.
    if (route.method != method || !std::regex_match(path, groups, route.pattern)) continue;
    match.status = 200;
    match.handler = &route.handler;
    for (std::size_t i = 1; i < groups.size(); ++i) match.path_parameters.push_back(groups[i].str());
    break;
  }
  return match;
}

Routes::Match Routes::refuse(const std::string& path) const {
  Match match;
  for (const Route& route : routes_) {
    const bool listed = match.allow.find(route.method) != std::string::npos;
    if (listed || !std::regex_match(path, route.pattern)) continue;
    match.status = 405;
    match.allow += (match.allow.empty() ? "" : ", ") + route.method;
  }
  return match;
}

void Routes::add_error_handler(std::string_view path_prefix, ErrorHandler handler) {
  error_handlers_.emplace_back(path_prefix, std::move(handler));
}

const ErrorHandler* Routes::error_handler(std::string_view path) const {
  const std::pair<std::string, ErrorHandler>* best = nullptr;
  for (const auto& entry : error_handlers_) {
    if (path.starts_with(entry.first) && (best == nullptr || entry.first.size() > best->first.size())) best = &entry;
  }
  return best == nullptr ? nullptr : &best->second;
}

}  // namespace rw::http
