#include "daemon/ingest/framing/relp_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

constexpr std::size_t kMaxNumberDigits = 9;
constexpr std::size_t kMaxCommandBytes = 32;
// A buffer with much less in it than this is not worth a smaller one.
constexpr std::size_t kSmallFrameCapacity = 4096;

bool is_relp_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// One word of the header: how long it is, and whether its end has been seen.
struct Word {
  std::size_t size = 0;
  bool ended = false;
  bool valid = false;  // so far
};

template <class IsPart>
Word word_at(std::string_view bytes, std::size_t max_size, IsPart is_part, std::string_view ends) {
  const auto end = std::find_if_not(bytes.begin(), bytes.end(), is_part);
  Word word{.size = static_cast<std::size_t>(end - bytes.begin()), .ended = end != bytes.end(), .valid = true};
  if (word.size > max_size || (word.ended && (word.size == 0 || ends.find(*end) == std::string_view::npos))) {
    word.valid = false;
  }
  return word;
}

std::uint32_t number(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  return value;
}

core::Error bad_header(std::string_view what, std::string_view expected, std::string_view bytes) {
  constexpr std::size_t kQuotedBytes = 40;
  return core::invalid_input(fmt::format("{}: expected {}, found {}", what, expected,
                                         core::quoted(std::string(bytes.substr(0, kQuotedBytes)))));
}

}  // namespace

void RelpStream::append(std::string_view bytes) { buffer_.append(bytes); }

// Thousands of connections may each be in the middle of a frame: what they hold must be what they need.
void RelpStream::give_back() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  if (buffer_.capacity() > kSmallFrameCapacity && buffer_.capacity() / 4 > buffer_.size()) buffer_.shrink_to_fit();
}

core::Result<bool> RelpStream::read_header() {
  std::string_view rest = std::string_view(buffer_).substr(begin_);
  const std::size_t size = rest.size();

  const Word txnr = word_at(rest, kMaxNumberDigits, core::is_digit, " ");
  if (!txnr.valid) return bad_header("TXNR", "1 to 9 digits and a space", rest);
  if (!txnr.ended) return false;
  const std::uint32_t txnr_value = number(rest.substr(0, txnr.size));
  rest.remove_prefix(txnr.size + 1);

  const Word command = word_at(rest, kMaxCommandBytes, is_relp_letter, " ");
  if (!command.valid) return bad_header("COMMAND", "1 to 32 letters and a space", rest);
  if (!command.ended) return false;
  const std::string_view command_text = rest.substr(0, command.size);
  rest.remove_prefix(command.size + 1);

  const Word datalen = word_at(rest, kMaxNumberDigits, core::is_digit, " \n");
  if (!datalen.valid) return bad_header("DATALEN", "1 to 9 digits and a space or LF", rest);
  if (!datalen.ended) return false;
  const std::uint64_t length = number(rest.substr(0, datalen.size));
  rest.remove_prefix(datalen.size);
  if (rest.front() == ' ') {
    rest.remove_prefix(1);
  } else if (length != 0) {
    return bad_header("DATA", "a space after DATALEN", rest);
  }

  txnr_ = txnr_value;
  command_ = command_text;
  kept_ = static_cast<std::size_t>(std::min<std::uint64_t>(length, max_data_bytes_));
  over_ = length - kept_;
  skipped_ = 0;
  in_data_ = true;
  begin_ += size - rest.size();
  return true;
}

core::Result<std::optional<RelpStream::Frame>> RelpStream::next() {
  if (begin_ == buffer_.size() && !in_data_) {
    std::string().swap(buffer_);  // an assignment would keep the memory
    begin_ = 0;
    return std::optional<Frame>();
  }
  if (!in_data_) {
    RW_TRY(const bool whole, read_header());
    if (!whole) {
      give_back();
      return std::optional<Frame>();
    }
  }
  const std::size_t there = buffer_.size() - begin_;
  if (there > kept_ && skipped_ < over_) {
    const auto gone = static_cast<std::size_t>(std::min<std::uint64_t>(over_ - skipped_, there - kept_));
    buffer_.erase(begin_ + kept_, gone);
    skipped_ += gone;
  }
  if (skipped_ < over_ || buffer_.size() - begin_ <= kept_) {
    give_back();
    return std::optional<Frame>();
  }
  if (buffer_[begin_ + kept_] != '\n') {
    return core::invalid_input(
        fmt::format("frame {}: expected LF after {} bytes of DATA", txnr_, kept_ + static_cast<std::size_t>(over_)));
  }
  const Frame frame{txnr_, command_, std::string_view(buffer_).substr(begin_, kept_), over_};
  begin_ += kept_ + 1;
  in_data_ = false;
  return std::optional<Frame>(frame);
}

std::string relp_frame(std::uint32_t txnr, std::string_view command, std::string_view data) {
  if (data.empty()) return fmt::format("{} {} 0\n", txnr, command);
  return fmt::format("{} {} {} {}\n", txnr, command, data.size(), data);
}

}  // namespace rw::ingest
