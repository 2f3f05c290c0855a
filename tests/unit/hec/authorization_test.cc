#include "daemon/ingest/http/authorization.h"

#include <catch2/catch.hpp>

namespace rw::ingest {
namespace {

TEST_CASE("who is let in") {
  struct Row {
    std::string authorization;
    std::string query_token;
    bool query_allowed;
    Access access;
  };
  const Row rows[] = {
      {"Splunk secret:x", "", false, Access::kGranted},
      {"splunk   secret:x ", "", false, Access::kGranted},
      {"Bearer secret:x", "", false, Access::kGranted},
      {"Basic eDpzZWNyZXQ6eA==", "", false, Access::kGranted},  // x:secret:x
      {"Basic eDpzZWNyZXQ6eA", "", false, Access::kGranted},
      {"basic OnNlY3JldDp4", "", false, Access::kGranted},       // :secret:x
      {"ApiKey aWQ6c2VjcmV0Ong=", "", false, Access::kGranted},  // id:secret:x
      {"ApiKey id:secret:x", "", false, Access::kGranted},
      {"ApiKey aWQ6d3Jvbmc=", "", false, Access::kInvalidToken},  // id:wrong
      {"ApiKey aWQ=", "", false, Access::kInvalidAuthorization},  // id
      {"", "secret:x", true, Access::kGranted},
      {"Splunk secret:x", "wrong", true, Access::kGranted},
      {"", "", true, Access::kTokenRequired},
      {"", "secret:x", false, Access::kQueryTokenDisabled},
      {"", "wrong", true, Access::kInvalidToken},
      {"Splunk secret:y", "secret:x", true, Access::kInvalidToken},
      {"Splunk secret:", "", false, Access::kInvalidToken},
      {"Splunk Secret:x", "", false, Access::kInvalidToken},
      {"Basic eDp3cm9uZw==", "", false, Access::kInvalidToken},  // x:wrong
      {"Token secret:x", "", false, Access::kInvalidAuthorization},
      {"secret:x", "", false, Access::kInvalidAuthorization},
      {"Splunk", "", false, Access::kInvalidAuthorization},
      {"Splunk ", "", false, Access::kInvalidAuthorization},
      {"Basic !!", "", false, Access::kInvalidAuthorization},
      {"Basic eA==", "", false, Access::kInvalidAuthorization},  // x
      {"Basic eDo=", "", false, Access::kInvalidAuthorization},  // x:
  };
  for (const Row& row : rows) {
    INFO(row.authorization << " ?token=" << row.query_token);
    http::Request request;
    if (!row.authorization.empty()) request.headers.emplace("authorization", row.authorization);
    if (!row.query_token.empty()) request.query.emplace_back("token", row.query_token);
    CHECK(check_access(request, {"another", "secret:x"}, row.query_allowed) == row.access);
    CHECK(check_access(request, {}, false) == Access::kGranted);
    // The same with tokens that are kept elsewhere, alone and beside those of the input.
    const auto is_stored = [](std::string_view token) { return token == "secret:x"; };
    CHECK(check_access(request, {}, row.query_allowed, is_stored) == row.access);
    CHECK(check_access(request, {"another"}, row.query_allowed, is_stored) == row.access);
  }
}

}  // namespace
}  // namespace rw::ingest
