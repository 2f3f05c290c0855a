#include "daemon/http/routes.h"

#include <catch2/catch.hpp>

namespace rw::http {
namespace {

TEST_CASE("routes: method, path, groups, 404 and 405") {
  Routes routes;
  const auto named = [](std::string name) { return [name](const Request&) { return Response{.body = name}; }; };
  routes.add("GET", "/a", named("get a"));
  routes.add("POST", "/a", named("post a"));
  routes.add("GET", "/items/(\\d+)/(\\w*)", named("item"));
  routes.add("HEAD", "/h", named("head h"));
  routes.add("GET", "/h", named("get h"));
  routes.add("GET", "/.*", named("rest"));

  struct Row {
    std::string_view method;
    std::string path;
    std::string expected;  // what the handler answers, or the status and Allow
    std::vector<std::string> parameters = {};
  };
  const Row rows[] = {
      {"GET", "/a", "get a"},
      {"POST", "/a", "post a"},
      {"PUT", "/a", "405 GET, POST"},
      {"HEAD", "/a", "get a"},
      {"HEAD", "/h", "head h"},
      {"GET", "/items/42/x", "item", {"42", "x"}},
      {"GET", "/items/42/", "item", {"42", ""}},
      {"GET", "/items/x/y", "rest"},
      {"DELETE", "/nowhere", "405 GET"},
      {"GET", "nowhere", "404 "},
      {"GET", "", "404 "},
      {"GET", "/" + std::string(100'000, 'a'), "404 "},
  };
  for (const Row& row : rows) {
    INFO(row.method << " " << row.path.substr(0, 100));
    const Routes::Match match = routes.find(row.method, row.path);
    if (match.status == 200) {
      REQUIRE(match.handler != nullptr);
      CHECK((*match.handler)(Request{}).body == row.expected);
    } else {
      CHECK(std::to_string(match.status) + " " + match.allow == row.expected);
    }
    CHECK(match.path_parameters == row.parameters);
  }
}

}  // namespace
}  // namespace rw::http
