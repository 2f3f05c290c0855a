#include "daemon/notify/text.h"

#include "tests/unit/notify/fixtures.h"

namespace rw::notify {

TEST_CASE("plain: one line of what can be seen") {
  CHECK(plain("", 10).empty());
  CHECK(plain("WS1.corp.example", 100) == "WS1.corp.example");
  CHECK(plain("a\r\nb\tc\vd", 100) == "a  b c d");
  CHECK(plain("a\xc2\x85z\xe2\x80\xa8z", 100) == "a z z");                        // NEL, LINE SEPARATOR
  CHECK(plain(std::string("a\0b\x1b[31m\x7f", 8), 100) == "a\uFFFDb\uFFFD[31m");  // NUL, ESC
  CHECK(plain("exe.\u202Efdp.exe", 100) == "exe.\uFFFDfdp.exe");                  // RIGHT-TO-LEFT OVERRIDE
  CHECK(plain("\u2066x\u2069\u200B\uFEFF", 100) == "\uFFFDx\uFFFD\uFFFD\uFFFD");  // isolates, no width, BOM
  CHECK(plain("Gr\xf6\xdf"
              "e",
              100) ==
        "Gr\uFFFD\uFFFD"
        "e");  // Latin-1
  CHECK(plain("Größe Ωμέγα 日本 😀", 100) == "Größe Ωμέγα 日本 😀");
}

TEST_CASE("plain: cut to whole characters") {
  CHECK(plain("abcdef", 6) == "abcdef");
  CHECK(plain("abcdefg", 6) == "abcde…");
  CHECK(plain("ääääää", 6) == "ääääää");
  CHECK(plain("äääääää", 6) == "äääää…");
  CHECK(plain("😀😀😀", 2) == "😀…");
  CHECK(plain(std::string(64 * 1024, 'x'), 200) == std::string(199, 'x') + "…");
  CHECK(plain(std::string(64 * 1024, '\xff'), 3) == "\uFFFD\uFFFD…");
  // Just at what is looked at.
  for (std::size_t length = 1; length < 60; ++length) {
    INFO(length);
    std::string text;
    std::string expected;
    for (std::size_t i = 0; i < length; ++i) {
      text += "€";
      if (i < 9) expected += "€";
    }
    expected += length > 10 ? "…" : (length == 10 ? "€" : "");
    CHECK(plain(text, 10) == expected);
  }
}

TEST_CASE("Slack: & < > are entities, so that nothing is a mention or a link") {
  CHECK(escape_slack("<!channel> <@U1> <http://evil|x> & a") ==
        "&lt;!channel&gt; &lt;@U1&gt; &lt;http://evil|x&gt; &amp; a");
}

TEST_CASE("Discord: punctuation is escaped, so that nothing is markup, a mention or a link") {
  CHECK(escape_discord("@everyone <@1> **b** [x](http://evil) ä_b") ==
        R"(\@everyone \<\@1\> \*\*b\*\* \[x\]\(http\:\/\/evil\) ä\_b)");
}

TEST_CASE("header values: ASCII as it is, else encoded words") {
  CHECK(header_text("Plain text: 1 < 2", true) == "Plain text: 1 < 2");
  CHECK(header_text("Größe", true) == "=?UTF-8?B?R3LDtsOfZQ==?=");
  CHECK(header_text("=?UTF-8?B?eA==?=", true) == "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
  CHECK(header_text("a\r\nBcc: b", true) == "=?UTF-8?B?YQ0KQmNjOiBi?=");
  std::string long_text;
  for (int i = 0; i < 20; ++i) long_text += "äbc";  // 80 bytes: no character is cut
  CHECK(header_text(long_text, true) ==
        "=?UTF-8?B?w6RiY8OkYmPDpGJjw6RiY8OkYmPDpGJjw6RiY8OkYmPDpGJjw6RiY8OkYmM=?=\r\n"
        " =?UTF-8?B?w6RiY8OkYmPDpGJjw6RiY8OkYmPDpGJjw6RiY8OkYmPDpGJj?=");
  CHECK(header_text(long_text, false).find('\n') == std::string::npos);
}

}  // namespace rw::notify
