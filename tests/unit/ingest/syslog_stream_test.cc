#include "daemon/ingest/framing/syslog_stream.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace rw::ingest {
namespace {

constexpr std::size_t kLimit = 100;

std::string shown(const SyslogStream::Message& message) {
  std::string text(message.text);
  if (message.cut_bytes != 0) text += "(+" + std::to_string(message.cut_bytes) + ")";
  return text;
}

// The messages of a stream that arrives in the given pieces; the last may be "rest: …", "incomplete: …" or "error: …".
class Reader {
 public:
  explicit Reader(std::size_t limit = kLimit) : stream_(limit), limit_(limit) {}

  void append(std::string_view bytes) {
    if (failed_) return;
    stream_.append(bytes);
    while (true) {
      const auto message = stream_.next();
      if (!message.ok()) {
        messages_.push_back("error: " + message.error().message);
        failed_ = true;
        return;
      }
      if (!message->has_value()) break;
      messages_.push_back(shown(**message));
    }
    within_limit_ = within_limit_ && stream_.buffered_bytes() <= std::max<std::size_t>(limit_ + bytes.size() + 2, 512);
  }

  std::vector<std::string> finish() {
    if (!failed_) {
      if (const auto rest = stream_.finish()) {
        messages_.push_back((rest->incomplete ? "incomplete: " : "rest: ") + shown(rest->message));
      }
    }
    return messages_;
  }
  bool within_limit() const { return within_limit_; }
  std::size_t buffered_bytes() const { return stream_.buffered_bytes(); }

 private:
  SyslogStream stream_;
  const std::size_t limit_;
  std::vector<std::string> messages_;
  bool failed_ = false;
  bool within_limit_ = true;
};

std::vector<std::string> read_all(std::string_view bytes) {
  Reader reader;
  reader.append(bytes);
  return reader.finish();
}

std::vector<std::string> read_in_bytes(std::string_view bytes) {
  Reader reader;
  for (const char c : bytes) reader.append({&c, 1});
  return reader.finish();
}

using Messages = std::vector<std::string>;
using namespace std::string_literals;

}  // namespace

TEST_CASE("frames of a stream") {
  const std::string over(kLimit + 7, 'x');
  const std::string whole(kLimit, 'x');
  const struct {
    const char* what;
    std::string bytes;
    Messages expected;
  } cases[] = {
      {"LF", "<1>a\n<1>b\n", {"<1>a", "<1>b"}},
      {"CR LF and NUL", "<1>a\r\n<1>b\0<1>c\n"s, {"<1>a", "<1>b", "<1>c"}},
      {"octet counting", "4 <1>a5 <1>bc", {"<1>a", "<1>bc"}},
      {"a counted frame with a line end inside", "5 <1>a\n6 <1>b\r\n5 <1>c\0"s, {"<1>a", "<1>b", "<1>c"}},
      {"counted text keeps line feeds", "7 <1>a\nb\n", {"<1>a\nb"}},
      {"mixed", "4 <1>a<1>b\n4 <1>c{\"d\":1}\n", {"<1>a", "<1>b", "<1>c", "{\"d\":1}"}},
      {"stray line ends between frames", "\n\r\n4 <1>a\n\n5 <1>bb\0\n"s, {"<1>a", "<1>bb"}},
      {"empty counted frame", "5 <1>a\n1 \n4 <1>b", {"<1>a", "<1>b"}},
      {"counted JSON and BOM", "7 {\"a\":1}7 \xef\xbb\xbf<1>a", {"{\"a\":1}", "\xef\xbb\xbf<1>a"}},
      {"text lines that begin with digits",
       "12 apples\n2026-10-11 12:00:00 x\n7\n",
       {"12 apples", "2026-10-11 12:00:00 x", "7"}},
      {"after a counted frame any text may follow a count", "4 <1>a6 apples", {"<1>a", "apples"}},
      {"ten digits are no count", "1234567890 <1>a\n", {"1234567890 <1>a"}},
      {"a leading zero is no count", "04 <1>a\n", {"04 <1>a"}},
      {"the last line without LF", "<1>a\n<1>b", {"<1>a", "rest: <1>b"}},
      {"the last line with CR", "<1>a\r", {"rest: <1>a"}},
      {"a count and nothing else", "12", {"rest: 12"}},
      {"an undecided count", "12 ", {"rest: 12 "}},
      {"a counted frame cut off", "9 <1>a", {"incomplete: <1>a"}},
      {"a counted frame cut off at once", "4 <1>a9 ", {"<1>a", "incomplete: "}},
      {"nothing", "", {}},
      {"just at the limit",
       whole + "\n" + whole + "\r\n" + "100 <" + whole.substr(1) + "102 <" + whole.substr(1) + "\r\n",
       {whole, whole, "<" + whole.substr(1), "<" + whole.substr(1)}},
      {"over the limit: cut, not split", over + "\n<1>b\n", {whole + "(+7)", "<1>b"}},
      {"counted over the limit", "107 <" + over.substr(1) + "4 <1>b", {"<" + whole.substr(1) + "(+7)", "<1>b"}},
      {"over the limit and not ended", over, {"rest: " + whole + "(+7)"}},
      {"an undecided count after one over the limit",
       "107 <" + over.substr(1) + "12",
       {"<" + whole.substr(1) + "(+7)", "rest: 12"}},
      {"a count that nobody means",
       "4 <1>a999999999 <1>b\n",
       {"<1>a", "error: octet count 999999999: expected at most 67108864"}},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    CHECK(read_all(c.bytes) == c.expected);
    CHECK(read_in_bytes(c.bytes) == c.expected);
  }
}

TEST_CASE("any chunking of a stream gives the same messages") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto number = [&](std::size_t below) {
      return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
    };

    std::string bytes;
    for (std::size_t frames = number(40); frames > 0; --frames) {
      std::string text = number(4) == 0 ? "{" : "<13>";
      for (std::size_t size = number(number(5) == 0 ? 3 * kLimit : 20); size > 0; --size) {
        text += "abc 12<>\r\x01\xef"[number(11)];
      }
      static const std::string kEnds[] = {"\n", "\r\n", "\0"s, "\n\n"};
      switch (number(5)) {
        case 0:
        case 1:
          bytes += std::to_string(text.size()) + " " + text;
          break;
        case 2:
          bytes += std::to_string(text.size() + 1) + " " + text + "\n";
          break;
        case 3:
          bytes += text + kEnds[number(4)];
          break;
        default:
          bytes += number(8) == 0 ? "12 apples\n" : text + "\n";
      }
    }
    if (number(3) == 0) bytes.resize(bytes.size() - std::min(bytes.size(), number(30)));

    const Messages expected = read_all(bytes);
    INFO("seed " << seed);
    CHECK(read_in_bytes(bytes) == expected);
    Reader reader;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min(bytes.size() - at, 1 + number(number(2) == 0 ? 5 : 200));
      reader.append(std::string_view(bytes).substr(at, size));
      at += size;
    }
    CHECK(reader.finish() == expected);
    CHECK(reader.within_limit());
  }
}

TEST_CASE("memory is bounded whatever is sent") {
  constexpr std::size_t kLargeLimit = 256 * 1024;
  const std::string chunk(64 * 1024, 'x');
  Reader line(kLargeLimit);
  for (int i = 0; i < 100; ++i) line.append(chunk);
  line.append("\n<1>a\n");
  CHECK(line.within_limit());
  CHECK(
      line.finish() ==
      Messages{std::string(kLargeLimit, 'x') + "(+" + std::to_string(100 * chunk.size() - kLargeLimit) + ")", "<1>a"});

  Reader counted(kLargeLimit);
  counted.append("6553600 <");
  for (int i = 0; i < 100; ++i) counted.append(chunk.substr(i == 0 ? 1 : 0));
  counted.append("4 <1>a");
  CHECK(counted.within_limit());
  CHECK(counted.finish().back() == "<1>a");
}

TEST_CASE("an idle connection holds no memory") {
  Reader reader;
  reader.append(std::string(60'000, '\n') + "<1>a\n");
  CHECK(reader.buffered_bytes() == 0);
  reader.append(std::string(60'000, '\n') + "<1>half");
  CHECK(reader.buffered_bytes() <= 512);
}

}  // namespace rw::ingest
