// Which handler serves a method and a path. Filled before the server starts, then constant.
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/server.h"

namespace rw::http {

class Routes {
 public:
  void add(std::string_view method, std::string_view pattern, Handler handler);

  struct Match {
    int status = 404;                          // 200: handler is set; 404: unknown path; 405: other methods exist
    const Handler* handler = nullptr;          // lives as long as the Routes
    std::vector<std::string> path_parameters;  // what the pattern's groups matched
    std::string allow;                         // with 405: the methods, as the Allow header has them
  };
  // The first route that fits. HEAD is served by the GET route where it has none of its own.
  Match find(std::string_view method, const std::string& path) const;

  void add_error_handler(std::string_view path_prefix, ErrorHandler handler);
  // The one of the longest prefix that fits; null if none does. Lives as long as the Routes.
  const ErrorHandler* error_handler(std::string_view path) const;

 private:
  struct Route {
    std::string method;
    std::regex pattern;
    Handler handler;
  };

  // The first route of exactly this method that fits; status 404: none does.
  Match find_exact(std::string_view method, const std::string& path) const;
  // For a path that no route serves with the method that was asked for: 405 with the methods that have one, or 404.
  Match refuse(const std::string& path) const;

  std::vector<Route> routes_;
  std::vector<std::pair<std::string, ErrorHandler>> error_handlers_;
};

}  // namespace rw::http
