#include "daemon/ingest/framing/relp_stream.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace rw::ingest {
namespace {

constexpr std::size_t kLimit = 20;

// "TXNR COMMAND [DATA]+CUT" for each frame, and the error that ended it.
std::vector<std::string> frames_of(std::string_view bytes, std::size_t piece) {
  RelpStream stream(kLimit);
  std::vector<std::string> out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    stream.append(bytes.substr(0, piece));
    while (true) {
      const auto frame = stream.next();
      if (!frame.ok()) {
        out.push_back(frame.error().message);
        return out;
      }
      if (!frame->has_value()) break;
      const auto& [txnr, command, data, cut] = **frame;
      out.push_back(std::to_string(txnr) + " " + std::string(command) + " [" + std::string(data) + "]+" +
                    std::to_string(cut));
    }
  }
  if (!stream.pending().empty()) out.push_back("pending " + std::string(stream.pending()));
  return out;
}

struct RelpRow {
  std::string bytes;
  std::vector<std::string> expected;
};

void check_frames(const std::vector<RelpRow>& rows) {
  for (const RelpRow& row : rows) {
    INFO(row.bytes);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, row.bytes.size()}) {
      CHECK(frames_of(row.bytes, piece) == row.expected);
    }
  }
}

}  // namespace

TEST_CASE("RELP frames, in any chunking") {
  check_frames({
      {"2 syslog 5 hello\n", {"2 syslog [hello]+0"}},
      {"2 syslog 5 hello\n3 syslog 3 a\nb\n4 close 0\n", {"2 syslog [hello]+0", "3 syslog [a\nb]+0", "4 close []+0"}},
      {"9 close 0 \n", {"9 close []+0"}},
      {"999999999 syslog 1 x\n", {"999999999 syslog [x]+0"}},
      {"1 open 000000001 x\n", {"1 open [x]+0"}},
      {"7 syslog 20 12345678901234567890\n", {"7 syslog [12345678901234567890]+0"}},
      {"7 syslog 25 1234567890123456789012345\n8 syslog 1 x\n",
       {"7 syslog [12345678901234567890]+5", "8 syslog [x]+0"}},
      {"0 abcdefghijklmnopqrstuvwxyzABCDEF 0\n", {"0 abcdefghijklmnopqrstuvwxyzABCDEF []+0"}},
  });
}

TEST_CASE("RELP frames that are none") {
  check_frames({
      {"x", {"TXNR: expected 1 to 9 digits and a space, found 'x'"}},
      {"-", {"TXNR: expected 1 to 9 digits and a space, found '-'"}},
      {"1 2", {"COMMAND: expected 1 to 32 letters and a space, found '2'"}},
      {"1  ", {"COMMAND: expected 1 to 32 letters and a space, found ' '"}},
      {"1 open x", {"DATALEN: expected 1 to 9 digits and a space or LF, found 'x'"}},
      {"1 syslog 5\n", {"DATA: expected a space after DATALEN, found '?'"}},
      {"1 syslog 2 abc", {"frame 1: expected LF after 2 bytes of DATA"}},
      {"1 syslog 22 1234567890123456789012x", {"frame 1: expected LF after 22 bytes of DATA"}},
  });
  CHECK(frames_of("1234567890 open 0\n", 18) ==
        std::vector<std::string>{"TXNR: expected 1 to 9 digits and a space, found '1234567890 open 0?'"});
  CHECK(frames_of("1 syslog 1234567890 x", 1) ==
        std::vector<std::string>{"DATALEN: expected 1 to 9 digits and a space or LF, found '1234567890'"});
  CHECK(
      frames_of("1 " + std::string(33, 'a'), 1) ==
      std::vector<std::string>{"COMMAND: expected 1 to 32 letters and a space, found '" + std::string(33, 'a') + "'"});
  CHECK(frames_of("1 syslog 5 hel", 4) == std::vector<std::string>{"pending hel"});
}

TEST_CASE("RELP data over the limit are skipped, not kept") {
  RelpStream stream(1000);
  stream.append("1 syslog 900000000 ");
  const std::string piece(60'000, 'x');
  for (int i = 0; i < 15'000; ++i) {
    REQUIRE_FALSE(stream.next()->has_value());
    REQUIRE(stream.buffered_bytes() < 200'000);
    stream.append(piece);
  }
  REQUIRE_FALSE(stream.next()->has_value());
  stream.append("\n");
  const auto frame = stream.next();
  REQUIRE(frame->has_value());
  CHECK((*frame)->data.size() == 1000);
  CHECK((*frame)->cut_bytes == 899'999'000);
  CHECK_FALSE(stream.next()->has_value());
  CHECK(stream.buffered_bytes() < 64);
}

TEST_CASE("RELP frames as they are written") {
  CHECK(relp_frame(1, "rsp", "200 OK") == "1 rsp 6 200 OK\n");
  CHECK(relp_frame(0, "serverclose", {}) == "0 serverclose 0\n");
}

}  // namespace rw::ingest
