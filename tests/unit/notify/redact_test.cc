#include "daemon/notify/redact.h"

#include "tests/unit/notify/fixtures.h"

namespace rw::notify {

TEST_CASE("no part of a webhook's URL is shown") {
  Redactor redactor;
  redactor.add_url("https://user:pa55word@hooks.example/services/T0123456/B0123456/XyZ0123456789?token=abcdefgh");
  redactor.add("whsec_c2VjcmV0");
  redactor.add("abc");  // too short to be looked for
  CHECK(redactor.redacted(
            "https://user:pa55word@hooks.example/services/T0123456/B0123456/XyZ0123456789?token=abcdefgh") == "***");
  CHECK(redactor.redacted("POST /services/T0123456/B0123456/XyZ0123456789?token=abcdefgh: no") == "POST ***: no");
  CHECK(redactor.redacted("Could not resolve host: hooks.example") == "Could not resolve host: hooks.example");
  CHECK(redactor.redacted("team T0123456, token abcdefgh, key whsec_c2VjcmV0, pa55word") ==
        "team ***, token ***, key ***, ***");
  CHECK(redactor.redacted("abc") == "abc");
}

TEST_CASE("an error is one short line, and no half of a secret") {
  Redactor redactor;
  redactor.add("SECRETSECRET");
  CHECK(redactor.redacted("a\r\nb") == "a  b");
  CHECK(redactor.redacted(std::string(295, 'x') + "SECRETSECRET") == std::string(295, 'x') + "***");
  CHECK(redactor.redacted(std::string(1000, 'x')) == std::string(299, 'x') + "…");
}

}  // namespace rw::notify
