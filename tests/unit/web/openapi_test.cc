// GET /openapi.json tells of every route, and what it tells holds together.
#include "web/openapi.h"

#include <algorithm>
#include <set>
#include <string>

#include "fixture.h"

using namespace rw;
using namespace rw::web::test;

namespace {

// Every "$ref" in it.
void collect_references(const json& value, std::set<std::string>& references) {
  if (value.is_object() && value.contains("$ref")) references.insert(value["$ref"].get<std::string>());
  for (const json& member : value) {
    if (member.is_structured()) collect_references(member, references);
  }
}

}  // namespace

TEST_CASE("the groups of a pattern become parameters with names") {
  CHECK(web::path_template("/api/v1/notables/([^/]+)") == "/api/v1/notables/{id}");
  CHECK(web::path_template("/api/v1/notables/([^/]+)/history") == "/api/v1/notables/{id}/history");
  CHECK(web::path_template("/api/v1/counts/(a|b/c)") == "/api/v1/counts/{list}");
  CHECK(web::path_template("/openapi\\.json") == "/openapi.json");
}

TEST_CASE("the document and the routes name the same paths and methods") {
  Fixture fixture;
  const json document = fixture.get_json("/openapi.json");
  CHECK(document["openapi"] == "3.1.0");
  std::set<std::string> told;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      std::string upper = method;
      std::ranges::transform(upper, upper.begin(), [](char c) { return static_cast<char>(c & ~0x20); });
      told.insert(upper + " " + path);
    }
  }
  std::set<std::string> served;
  for (const auto& [method, pattern] : fixture.routes()) {
    const bool is_page_file = pattern == "/" || pattern.starts_with("/static/");
    if (method != "HEAD" && !is_page_file) served.insert(method + " " + web::path_template(pattern));
  }
  CHECK(told == served);
}

TEST_CASE("what the document refers to is in it, and every operation says who may and what comes") {
  Fixture fixture;
  const json document = fixture.get_json("/openapi.json");
  std::set<std::string> references;
  collect_references(document, references);
  for (const std::string& reference : references) {
    INFO(reference);
    REQUIRE(reference.starts_with("#/components/schemas/"));
    CHECK(document["components"]["schemas"].contains(reference.substr(21)));
  }
  std::set<std::string> ids;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      INFO(method << " " << path);
      CHECK(ids.insert(operation["operationId"].get<std::string>()).second);
      CHECK(operation.contains("security"));
      CHECK_FALSE(operation["summary"].get<std::string>().empty());
      CHECK(operation["responses"].contains("default"));
      CHECK(operation["security"].empty() == (path == "/healthz" || path == "/api/v1/session"));
      CHECK((operation["security"] == json{{{"session", json::array()}}}) == (path == "/api/v1/session/password"));
    }
  }
}
