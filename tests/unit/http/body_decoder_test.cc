#include "daemon/http/body_decoder.h"

#include <catch2/catch.hpp>

#include "tests/support/raw_client.h"

namespace rw::http {
namespace {

using Coding = BodyDecoder::Coding;
using Outcome = BodyDecoder::Outcome;
using test::Compression;

TEST_CASE("content codings by name") {
  struct Row {
    std::string_view text;
    std::optional<Coding> coding;
  };
  const Row rows[] = {
      {"", Coding::kIdentity},     {"identity", Coding::kIdentity}, {"gzip", Coding::kGzip}, {"GZip", Coding::kGzip},
      {" x-gzip ", Coding::kGzip}, {"deflate", Coding::kDeflate},   {"br", std::nullopt},    {"zstd", std::nullopt},
      {"snappy", std::nullopt},    {"gzip, gzip", std::nullopt},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(BodyDecoder::parse_coding(row.text) == row.coding);
  }
}

Outcome decode(Coding coding, std::size_t limit, std::string_view bytes, std::size_t piece, std::string& out) {
  BodyDecoder decoder(coding, limit);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const Outcome outcome = decoder.append(bytes.substr(at, piece), out);
    if (outcome != Outcome::kGood) return outcome;
  }
  return decoder.finish();
}

TEST_CASE("any chunking decodes to the same text") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + ",";
  struct Row {
    Coding coding;
    std::string bytes;
    std::string expected;
  };
  const std::string gzip = test::compressed(text, Compression::kGzip);
  const Row rows[] = {
      {Coding::kIdentity, text, text},
      {Coding::kGzip, gzip, text},
      {Coding::kGzip, gzip + gzip, text + text},  // two members
      {Coding::kDeflate, test::compressed(text, Compression::kZlib), text},
      {Coding::kDeflate, test::compressed(text, Compression::kDeflate), text},
      {Coding::kGzip, "", ""},
  };
  for (const Row& row : rows) {
    for (const std::size_t piece : {1ul, 7ul, 4096ul, 10'000'000ul}) {
      std::string out;
      CHECK(decode(row.coding, row.expected.size(), row.bytes, piece, out) == Outcome::kGood);
      CHECK(out == row.expected);
      out.clear();
      if (!row.expected.empty()) {
        CHECK(decode(row.coding, row.expected.size() - 1, row.bytes, piece, out) == Outcome::kTooLarge);
      }
    }
  }
}

TEST_CASE("what is no whole compressed stream is told") {
  const std::string gzip = test::compressed("some text that is long enough to be cut", Compression::kGzip);
  const std::string zlib = test::compressed("some text that is long enough to be cut", Compression::kZlib);
  std::string damaged = gzip;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 0x55);  // CRC
  const std::pair<Coding, std::string> rows[] = {
      {Coding::kGzip, gzip.substr(0, gzip.size() - 1)},
      {Coding::kGzip, "plain text"},
      {Coding::kGzip, damaged},
      {Coding::kGzip, gzip + "tail"},
      {Coding::kDeflate, zlib + "tail"},
      {Coding::kDeflate, "\xff\xff\xff"},
  };
  for (const auto& [coding, bytes] : rows) {
    std::string out;
    CHECK(decode(coding, 1000, bytes, 5, out) == Outcome::kMalformed);
  }
}

TEST_CASE("a bomb stops at the limit") {
  const std::string bomb = test::compressed(std::string(10'000'000, '\0'), Compression::kGzip);
  REQUIRE(bomb.size() < 20'000);
  std::string out;
  CHECK(decode(Coding::kGzip, 1'000'000, bomb, bomb.size(), out) == Outcome::kTooLarge);
  CHECK(out.size() <= 1'000'000);
}

}  // namespace
}  // namespace rw::http
