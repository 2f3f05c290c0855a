#include "daemon/core/base64.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace rw::core {

TEST_CASE("base64: RFC 4648 section 10, both ways", "[base64]") {
  struct Case {
    std::string_view bytes;
    std::string_view text;
  };
  const Case cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xfb\xff\xfe", "+//+"},
      {std::string_view("\0\0\0\0", 4), "AAAAAA=="},
  };
  for (const auto& [bytes, text] : cases) {
    INFO(text);
    CHECK(encode_base64(bytes) == text);
    CHECK(decode_base64(text) == bytes);
    CHECK(decode_base64(text.substr(0, text.find('='))) == bytes);
  }
}

TEST_CASE("base64: every byte comes back", "[base64]") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  CHECK(decode_base64(encode_base64(bytes)) == bytes);
}

TEST_CASE("base64: what is left over is dropped, any other character is refused", "[base64]") {
  CHECK(decode_base64("Z") == "");
  CHECK(decode_base64("Zm9vYmFyZ") == "foobar");
  CHECK(decode_base64("Zh==") == "f");
  CHECK(decode_base64("Zg====") == "f");
  for (const std::string_view text : {"!", "Zm9v!", "Zm 9v", "Zm9v\n", "Zg==Zg==", "-__-", "Zm9\xc3\xa4"}) {
    INFO(text);
    CHECK(decode_base64(text) == std::nullopt);
  }
}

}  // namespace rw::core
