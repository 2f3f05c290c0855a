#include "daemon/notify/signature.h"

#include "tests/unit/notify/fixtures.h"

namespace rw::notify {

TEST_CASE("a signature is that of Standard Webhooks") {
  // The example of its specification's libraries.
  const Headers headers = signature_headers("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                            core::from_us(1614265330'000'000), R"({"test": 2432232314})");
  CHECK(headers == Headers{{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                           {"webhook-timestamp", "1614265330"},
                           {"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}});
  // A secret of another form is the key itself.
  const Headers plain_key = signature_headers("secret", "msg_1", core::from_us(1614265330'999'999), "{}");
  CHECK(plain_key[1].second == "1614265330");
  CHECK(plain_key[2].second == "v1,3/iD+UC/cFPl3PtRMPUcvEULlwun6jyVUEMvdX3yW5g=");
}

}  // namespace rw::notify
