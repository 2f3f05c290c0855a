#include "daemon/http/body_decoder.h"

#include <zstd.h>

#include <catch2/catch.hpp>
#include <memory>

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
      {" x-gzip ", Coding::kGzip}, {"deflate", Coding::kDeflate},   {"br", std::nullopt},    {"zstd", Coding::kZstd},
      {"snappy", std::nullopt},    {"gzip, gzip", std::nullopt},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(BodyDecoder::parse_coding(row.text) == row.coding);
  }
}

// As a sender writes it that does not know the size beforehand: the frame asks for the whole window.
std::string zstd_streamed(std::string_view text, int window_log) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()) + 100, '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_inBuffer first{text.data(), text.size() / 2, 0};
  ZSTD_inBuffer rest{text.data() + text.size() / 2, text.size() - text.size() / 2, 0};
  REQUIRE(!ZSTD_isError(ZSTD_compressStream2(context.get(), &to, &first, ZSTD_e_continue)));
  REQUIRE(ZSTD_compressStream2(context.get(), &to, &rest, ZSTD_e_end) == 0);
  out.resize(to.pos);
  return out;
}

std::string zstd_frame(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

const std::string kSkippableFrame("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);

Outcome decode(Coding coding, std::size_t limit, std::string_view bytes, std::size_t piece, std::string& out) {
  BodyBudget budget;
  Body body(budget, limit);
  BodyDecoder decoder(coding, limit);
  Outcome outcome = Outcome::kGood;
  for (std::size_t at = 0; at < bytes.size() && outcome == Outcome::kGood; at += piece) {
    outcome = decoder.append(bytes.substr(at, piece), body);
  }
  out = body.text();
  return outcome == Outcome::kGood ? decoder.finish() : outcome;
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
      {Coding::kZstd, zstd_frame(text), text},
      {Coding::kZstd, zstd_streamed(text, 23), text},
      {Coding::kZstd, zstd_frame(text) + kSkippableFrame + zstd_frame("") + zstd_streamed(text, 20), text + text},
      {Coding::kZstd, "", ""},
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
  const std::string zstd = zstd_streamed("some text that is long enough to be cut", 20);
  std::string damaged_zstd = zstd;
  damaged_zstd[zstd.size() - 2] = static_cast<char>(zstd[zstd.size() - 2] ^ 0x55);  // checksum
  const std::string short_zstd("\x28\xb5\x2f\xfd\x60\xf6\x02\x01\x00\x00", 10);     // says 1014 bytes, and ends
  const std::pair<Coding, std::string> rows[] = {
      {Coding::kGzip, gzip.substr(0, gzip.size() - 1)},
      {Coding::kGzip, "plain text"},
      {Coding::kGzip, damaged},
      {Coding::kGzip, gzip + "tail"},
      {Coding::kDeflate, zlib + "tail"},
      {Coding::kZstd, zstd.substr(0, zstd.size() - 1)},
      {Coding::kZstd, zstd.substr(0, 3)},
      {Coding::kZstd, "plain text"},
      {Coding::kZstd, damaged_zstd},
      {Coding::kZstd, short_zstd},
      {Coding::kZstd, zstd_frame("whole") + short_zstd},
      {Coding::kZstd, std::string("\x27\xb5\x2f\xfd\x00\x00\xfc\xff\x01", 9)},  // zstd 0.7
      {Coding::kZstd, zstd + "tail"},
      {Coding::kZstd, zstd + "x"},
      {Coding::kDeflate, "\xff\xff\xff"},
  };
  for (const auto& [coding, bytes] : rows) {
    for (const std::size_t piece : {1ul, 5ul, 1000ul}) {
      std::string out;
      CHECK(decode(coding, 1000, bytes, piece, out) == Outcome::kMalformed);
    }
  }
}

TEST_CASE("a bomb stops at the limit") {
  const std::string bomb = test::compressed(std::string(10'000'000, '\0'), Compression::kGzip);
  REQUIRE(bomb.size() < 20'000);
  std::string out;
  CHECK(decode(Coding::kGzip, 1'000'000, bomb, bomb.size(), out) == Outcome::kTooLarge);
  CHECK(out.size() <= 1'000'000);
}

TEST_CASE("zstd: a ratio that no log has stops early") {
  const std::string bomb = zstd_frame(std::string(60'000'000, '\0'));
  REQUIRE(bomb.size() < 10'000);
  std::string out;
  CHECK(decode(Coding::kZstd, 64'000'000, bomb, bomb.size(), out) == Outcome::kTooLarge);
  CHECK(out.size() < 12'000'000);
  // What deflate can do at most is still let through.
  const std::string zeros(60'000'000, '\0');
  out.clear();
  CHECK(decode(Coding::kGzip, 64'000'000, test::compressed(zeros, Compression::kGzip), 1000, out) == Outcome::kGood);
  CHECK(out.size() == zeros.size());
}

TEST_CASE("zstd: a window over 8 MiB is refused, one of 8 MiB is counted") {
  const std::string text(100'000, 'x');
  std::string out;
  CHECK(decode(Coding::kZstd, 1'000'000, zstd_streamed(text, 24), 50, out) == Outcome::kTooLarge);
  BodyBudget budget;
  Body body(budget, 1'000'000);
  BodyDecoder decoder(Coding::kZstd, 1'000'000);
  CHECK(decoder.held_bytes() == 0);
  CHECK(decoder.append(zstd_streamed(text, 23), body) == Outcome::kGood);
  CHECK(body.text() == text);
  CHECK(budget.used_bytes() > 8'000'000 + text.size());
  CHECK(decoder.held_bytes() > 8'000'000);
  CHECK(decoder.held_bytes() < 9'500'000);
}

TEST_CASE("members and frames without content end at the limit too") {
  std::string out;
  std::string frames;
  while (frames.size() <= 10'000) frames += kSkippableFrame;
  CHECK(decode(Coding::kZstd, 10'000, frames, 100, out) == Outcome::kTooLarge);
  std::string members;
  while (members.size() <= 10'000) members += test::compressed("", Compression::kGzip);
  CHECK(decode(Coding::kGzip, 10'000, members, 100, out) == Outcome::kTooLarge);
  CHECK(out.empty());
}

}  // namespace
}  // namespace rw::http
