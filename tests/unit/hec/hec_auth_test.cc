#include "daemon/ingest/http/hec_auth.h"

#include <catch2/catch.hpp>

namespace rw::ingest {
namespace {

TEST_CASE("who is let in") {
  struct Row {
    std::string authorization;
    std::string query_token;
    bool query_allowed;
    std::optional<HecCode> refused;
  };
  const std::optional<HecCode> in = std::nullopt;
  const Row rows[] = {
      {"Splunk secret:x", "", false, in},
      {"splunk   secret:x ", "", false, in},
      {"Bearer secret:x", "", false, in},
      {"Basic eDpzZWNyZXQ6eA==", "", false, in},  // x:secret:x
      {"Basic eDpzZWNyZXQ6eA", "", false, in},
      {"basic OnNlY3JldDp4", "", false, in},  // :secret:x
      {"", "secret:x", true, in},
      {"Splunk secret:x", "wrong", true, in},
      {"", "", true, HecCode::kTokenRequired},
      {"", "secret:x", false, HecCode::kQueryTokenDisabled},
      {"", "wrong", true, HecCode::kInvalidToken},
      {"Splunk secret:y", "secret:x", true, HecCode::kInvalidToken},
      {"Splunk secret:", "", false, HecCode::kInvalidToken},
      {"Splunk Secret:x", "", false, HecCode::kInvalidToken},
      {"Basic eDp3cm9uZw==", "", false, HecCode::kInvalidToken},  // x:wrong
      {"Token secret:x", "", false, HecCode::kInvalidAuthorization},
      {"secret:x", "", false, HecCode::kInvalidAuthorization},
      {"Splunk", "", false, HecCode::kInvalidAuthorization},
      {"Splunk ", "", false, HecCode::kInvalidAuthorization},
      {"Basic !!", "", false, HecCode::kInvalidAuthorization},
      {"Basic eA==", "", false, HecCode::kInvalidAuthorization},  // x
      {"Basic eDo=", "", false, HecCode::kInvalidAuthorization},  // x:
  };
  for (const Row& row : rows) {
    INFO(row.authorization << " ?token=" << row.query_token);
    http::Request request;
    if (!row.authorization.empty()) request.headers.emplace("authorization", row.authorization);
    if (!row.query_token.empty()) request.query.emplace_back("token", row.query_token);
    CHECK(refuse_hec(request, {"another", "secret:x"}, row.query_allowed) == row.refused);
    CHECK(refuse_hec(request, {}, false) == std::nullopt);
  }
}

}  // namespace
}  // namespace rw::ingest
