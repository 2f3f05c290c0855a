// Payloads in UTF-16, whole and as transports deliver them.
#include "daemon/core/utf16.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/ingest/decoded_line.h"

namespace rw::ingest {
namespace {

using namespace std::string_view_literals;
using core::ByteOrder;

// Of ASCII and the characters of two bytes in UTF-8.
std::string utf16(std::string_view text, ByteOrder order) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto unit = static_cast<unsigned char>(text[i]);
    unsigned code = unit;
    if (unit >= 0x80) code = (unit & 0x1fU) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3fU);
    const char low = static_cast<char>(code & 0xffU);
    const char high = static_cast<char>(code >> 8);
    out += order == ByteOrder::kLittle ? low : high;
    out += order == ByteOrder::kLittle ? high : low;
  }
  return out;
}

const std::string kXml = "<Event><System><EventID>13</EventID><Computer>kass\xc3\xa9</Computer></System></Event>";
const std::string kXmlEvent = "xml\nevent_id=13\ncomputer=kass\xc3\xa9\n";
const std::string kJson = R"({"EventID":13,"Channel":"Security","Computer":"a"})";
const std::string kJsonEvent = "json\nevent_id=13\nchannel=Security\ncomputer=a\n";

}  // namespace

TEST_CASE("UTF-16: XML and JSON, in either byte order, with and without its mark") {
  struct Row {
    std::string payload;
    std::string expected;
  };
  const Row rows[] = {{kXml, kXmlEvent},
                      {"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n" + kXml, kXmlEvent},
                      {kXml + kXml, kXmlEvent + kXmlEvent},
                      {kJson, kJsonEvent},
                      {"[" + kJson + "," + kJson + "]", kJsonEvent + kJsonEvent}};
  for (const Row& row : rows) {
    for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
      const std::string mark = order == ByteOrder::kLittle ? "\xff\xfe" : "\xfe\xff";
      for (const std::string& payload : {utf16(row.payload, order), mark + utf16(row.payload, order)}) {
        CHECK(decode_line(payload) == row.expected);
        CHECK(decode_line(payload + utf16("\r\n", order)) == row.expected);
        CHECK(decode_line("<14>Oct 11 22:14:15 host app: " + payload) == row.expected);
        CHECK(decode_line("<14>1 2026-10-11T22:14:15Z host app 1 - - " + payload) == row.expected);
      }
    }
  }
}

TEST_CASE("UTF-16: text formats need the mark") {
  const std::string line = "EvntSLog: [INF] Sun Oct 11 22:14:15 2026: a/b (7) - \"m\"";
  const std::string expected =
      "eventreporter\nprovider=b\nevent_id=7\nlevel=4\ntime=2026-10-11T20:14:15Z\ncomputer=a\nmessage=m\n";
  CHECK(decode_line(line) == expected);
  CHECK(decode_line("\xff\xfe" + utf16(line, ByteOrder::kLittle)) == expected);
  CHECK(decode_line("\xfe\xff" + utf16(line, ByteOrder::kBig)) == expected);
  CHECK(decode_line("<14>Oct 11 22:14:15 host \xff\xfe" + utf16(line, ByteOrder::kLittle)) == expected);
}

TEST_CASE("UTF-16: an odd number of bytes, and what is no text") {
  const std::string little = utf16(kXml, ByteOrder::kLittle);
  // The last NUL was stripped on the way.
  CHECK(decode_line(little.substr(0, little.size() - 1)) == kXmlEvent);
  const std::string not_an_event =
      "error: not a Windows event: expected Windows Event XML, JSON, or the text of a Windows log forwarder\n";
  CHECK(decode_line("\xff\xfe") ==
        "error: empty message: expected Windows Event XML, JSON, or the text of a Windows "
        "log forwarder\n");
  CHECK(decode_line("\xff\xfe\x41") == not_an_event);
  CHECK(decode_line("\xfe\xff\x41") == not_an_event);
  CHECK(decode_line("\xff\xfe<\0<\0\0\0"sv) != "");
}

TEST_CASE("UTF-16 to UTF-8") {
  CHECK(core::utf16_to_utf8("\xff\xfe<\0\xe9\0=\xd8\x00\xde"sv, ByteOrder::kLittle) == "<\xc3\xa9\xf0\x9f\x98\x80");
  CHECK(core::utf16_to_utf8("\0a\xd8=\0b"sv, ByteOrder::kBig) ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(core::utf16_to_utf8("a\0>"sv, ByteOrder::kLittle) == "a>");
  CHECK(core::utf16_to_utf8("\0a\x01"sv, ByteOrder::kBig) == "a\xef\xbf\xbd");
  CHECK(core::utf16_to_utf8("\0\xde"sv, ByteOrder::kLittle) == "\xef\xbf\xbd");
  CHECK(core::utf16_to_utf8("", ByteOrder::kBig) == "");
}

TEST_CASE("UTF-16: byte order and whole characters") {
  CHECK(core::utf16_byte_order("\xff\xfe"sv) == ByteOrder::kLittle);
  CHECK(core::utf16_byte_order("\xfe\xff"sv) == ByteOrder::kBig);
  CHECK_FALSE(core::utf16_byte_order("<\0"sv).has_value());
  CHECK(core::utf16_byte_order_of_markup("<\0"sv) == ByteOrder::kLittle);
  CHECK(core::utf16_byte_order_of_markup("\0["sv) == ByteOrder::kBig);
  CHECK(core::utf16_byte_order_of_markup("\xff\xfe"sv) == ByteOrder::kLittle);
  CHECK_FALSE(core::utf16_byte_order_of_markup("<E"sv).has_value());
  CHECK_FALSE(core::utf16_byte_order_of_markup("M\0"sv).has_value());
  CHECK_FALSE(core::utf16_byte_order_of_markup("<"sv).has_value());
  struct Row {
    std::string_view bytes;
    ByteOrder order;
    std::size_t whole;
  };
  const Row rows[] = {{"", ByteOrder::kLittle, 0},
                      {"a", ByteOrder::kLittle, 0},
                      {"a\0b\0"sv, ByteOrder::kLittle, 4},
                      {"a\0b"sv, ByteOrder::kLittle, 2},
                      {"a\0=\xd8"sv, ByteOrder::kLittle, 2},
                      {"a\0=\xd8\0"sv, ByteOrder::kLittle, 2},
                      {"=\xd8\0\xde"sv, ByteOrder::kLittle, 4},
                      {"\0a\xd8="sv, ByteOrder::kBig, 2},
                      {"\xd8=\xde\0"sv, ByteOrder::kBig, 4}};
  for (const Row& row : rows) CHECK(core::utf16_whole_bytes(row.bytes, row.order) == row.whole);
}

}  // namespace rw::ingest
