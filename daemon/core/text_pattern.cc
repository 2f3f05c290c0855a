#include "daemon/core/text_pattern.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "daemon/core/text.h"
#include "daemon/core/text_internal.h"

// How a match runs: the ASCII ends of the program are compared with the ends of the text, folding on the fly; most
// texts that do not match are gone after a byte or two. What remains of the text is folded once, and the program's
// blocks (the pieces between any_runs) are looked for from left to right, each at the first place where it occurs.

namespace rw::core {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

using internal::load_word;
using internal::Word;

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_pair_lead(char c) { return static_cast<unsigned char>(c) >= 0xc2 && static_cast<unsigned char>(c) <= 0xdf; }

// End of the character at text[at]; a byte that is not UTF-8 is a character of its own.
std::size_t char_end(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  std::size_t end = at + 1;
  while (end < text.size() && end < at + length && !starts_character(text[end])) ++end;
  return end;
}

// bytes is not empty. std::string_view::find stops at every equal first byte (paths are full of backslashes); memmem
// skips ahead.
std::size_t find_bytes(std::string_view text, std::size_t from, std::string_view bytes) {
  if (bytes.size() > text.size() - from) return kNone;
  const void* found = ::memmem(text.data() + from, text.size() - from, bytes.data(), bytes.size());
  return found == nullptr ? kNone : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// Puts the equal ASCII ends of program and text aside. Each literal byte of the program needs one byte of text. Bytes
// that are not ASCII, wildcards among them, stop this, for they fold as pairs; ASCII never folds to or from anything
// else. False: the ends differ, so the text does not match.
template <bool folded>
bool trim_ends(std::string_view& program, std::string_view& text) {
  constexpr std::size_t kWord = sizeof(Word);
  const auto word_of = [](const char* bytes) {
    return folded ? internal::fold_word(load_word(bytes)) : load_word(bytes);
  };
  const auto char_of = [](char c) { return folded ? fold_ascii(c) : c; };
  // The back first: paths differ there, and most texts are gone after a byte.
  while (!program.empty() && is_ascii(program.back())) {
    if (text.empty() || char_of(text.back()) != program.back()) return false;
    if (program.size() >= kWord && text.size() >= kWord) {
      const Word expected = load_word(program.data() + program.size() - kWord);
      if (internal::is_ascii(expected)) {
        if (word_of(text.data() + text.size() - kWord) != expected) return false;
        program.remove_suffix(kWord);
        text.remove_suffix(kWord);
        continue;
      }
    }
    program.remove_suffix(1);
    text.remove_suffix(1);
  }
  while (!program.empty() && is_ascii(program.front())) {
    if (text.empty() || char_of(text.front()) != program.front()) return false;
    program.remove_prefix(1);
    text.remove_prefix(1);
  }
  return true;
}

// A block holds literal bytes and any_chars, no any_run.
class Block {
 public:
  Block(std::string_view bytes, char any_char)
      : bytes_(bytes), any_char_(any_char), start_(bytes.substr(0, bytes.find(any_char))) {}

  // Where the block ends when it matches at text[at]; kNone: it does not.
  std::size_t match_at(std::string_view text, std::size_t at) const {
    for (const char expected : bytes_) {
      if (at == text.size()) return kNone;
      if (expected == any_char_) {
        at = char_end(text, at);
      } else if (text[at++] != expected) {
        return kNone;
      }
    }
    return at;
  }

  // Where the first match at or after `from` ends. All matches have the same number of characters, so the first to
  // start is the first to end, and no later one could do better.
  std::size_t find(std::string_view text, std::size_t from) const {
    for (std::size_t at = from; at < text.size(); at = char_end(text, at)) {
      if (!start_.empty()) at = find_bytes(text, at, start_);
      if (at == kNone || start_.size() == bytes_.size()) return at == kNone ? kNone : at + bytes_.size();
      if (const std::size_t end = match_at(text, at); end != kNone) return end;
    }
    return kNone;
  }

  // Whether a match at or after `from` ends where the text ends.
  bool matches_end(std::string_view text, std::size_t from) const {
    if (start_.size() == bytes_.size()) return text.substr(from).ends_with(bytes_);
    for (std::size_t at = from; at < text.size(); at = char_end(text, at)) {
      if (match_at(text, at) == text.size()) return true;
    }
    return false;
  }

 private:
  std::string_view bytes_;
  char any_char_;
  std::string_view start_;  // what comes before the first any_char
};

bool match_blocks(std::string_view program, std::string_view text, char any_run, char any_char) {
  std::size_t block_end = program.find(any_run);
  std::size_t at = Block(program.substr(0, block_end), any_char).match_at(text, 0);
  if (block_end == kNone) return at == text.size();
  while (at != kNone) {
    const std::size_t block_start = block_end + 1;
    if (block_start == program.size()) return true;
    block_end = program.find(any_run, block_start);
    if (block_end == kNone) return Block(program.substr(block_start), any_char).matches_end(text, at);
    at = Block(program.substr(block_start, block_end - block_start), any_char).find(text, at);
  }
  return false;
}

}  // namespace

TextPattern& TextPattern::literal(std::string_view text) {
  std::string written;
  for (const char c : text) {
    // Not UTF-8, and our marks: what to_valid_utf8() would make of them, as in every stored text.
    if (c == kAnyRun || c == kAnyChar) {
      written += kReplacementCharacter;
    } else {
      written += c;
    }
  }
  original_ += written;
  if (case_ == Case::kFolded) {
    // A character may come in two calls; then its first byte waits unfolded at the end of the program.
    if (!program_.empty() && is_pair_lead(program_.back())) {
      written.insert(0, 1, program_.back());
      program_.pop_back();
    }
    written = fold(written);
  }
  program_ += written;
  return *this;
}

TextPattern& TextPattern::any_run() {
  if (!program_.empty() && program_.back() == kAnyRun) return *this;
  program_ += kAnyRun;
  original_ += kAnyRun;
  return *this;
}

TextPattern& TextPattern::any_char() {
  program_ += kAnyChar;
  original_ += kAnyChar;
  return *this;
}

TextPattern TextPattern::exact(std::string_view text, Case case_rule) {
  TextPattern pattern(case_rule);
  pattern.literal(text);
  return pattern;
}

TextPattern TextPattern::with_stars(std::string_view text) {
  TextPattern pattern;
  while (true) {
    const std::size_t star = text.find('*');
    pattern.literal(text.substr(0, star));
    if (star == std::string_view::npos) return pattern;
    pattern.any_run();
    text.remove_prefix(star + 1);
  }
}

bool TextPattern::matches(std::string_view text) const {
  std::string_view program = program_;
  const bool folded = case_ == Case::kFolded;
  if (!(folded ? trim_ends<true>(program, text) : trim_ends<false>(program, text))) return false;
  if (program.empty()) return text.empty();
  if (program.size() == 1 && program.front() == kAnyRun) return true;
  if (!folded) return match_blocks(program, text, kAnyRun, kAnyChar);
  std::array<char, 1024> buffer;  // not initialised: fold_to writes what is read
  if (text.size() <= buffer.size()) {
    internal::fold_to(text, buffer.data());
    return match_blocks(program, {buffer.data(), text.size()}, kAnyRun, kAnyChar);
  }
  return match_blocks(program, fold(text), kAnyRun, kAnyChar);
}

bool TextPattern::is_exact() const {
  return program_.find(kAnyRun) == std::string::npos && program_.find(kAnyChar) == std::string::npos;
}

bool TextPattern::is_any() const { return program_.size() == 1 && program_.front() == kAnyRun; }

std::string TextPattern::exact_text() const { return is_exact() ? original_ : std::string(); }

std::vector<std::string_view> TextPattern::literals() const {
  constexpr char kWildcards[] = {kAnyRun, kAnyChar, '\0'};
  std::vector<std::string_view> literals;
  std::string_view rest = original_;
  while (true) {
    const std::size_t wildcard = rest.find_first_of(kWildcards);
    literals.push_back(rest.substr(0, wildcard));
    if (wildcard == kNone) return literals;
    rest.remove_prefix(wildcard + 1);
  }
}

std::string TextPattern::longest_ascii_literal() const {
  std::string_view longest;
  for (std::size_t begin = 0; begin < program_.size();) {
    std::size_t end = begin;
    while (end < program_.size() && is_ascii(program_[end])) ++end;
    if (end - begin > longest.size()) longest = std::string_view(program_).substr(begin, end - begin);
    begin = end + 1;
  }
  return fold(longest);
}

std::string TextPattern::encode() const {
  std::string encoded;
  encoded.reserve(original_.size() + 8);
  encoded += case_ == Case::kFolded ? 'i' : 'c';
  for (const char c : original_) {
    if (c == kAnyRun) {
      encoded += '*';
    } else if (c == kAnyChar) {
      encoded += '?';
    } else {
      if (c == '*' || c == '?' || c == '\\') encoded += '\\';
      encoded += c;
    }
  }
  return encoded;
}

Result<TextPattern> TextPattern::decode(std::string_view encoded) {
  const auto error = [&](std::size_t at, std::string_view expected) {
    return invalid_input(fmt::format("pattern {}: expected {} at column {}", quoted(encoded), expected, at + 1));
  };
  if (encoded.empty() || (encoded[0] != 'i' && encoded[0] != 'c')) return error(0, "'i' or 'c'");
  TextPattern pattern(encoded[0] == 'i' ? Case::kFolded : Case::kExact);
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) pattern.literal(literal);
    literal.clear();
  };
  for (std::size_t i = 1; i < encoded.size(); ++i) {
    char c = encoded[i];
    if (c == '*') {
      flush();
      pattern.any_run();
    } else if (c == '?') {
      flush();
      pattern.any_char();
    } else if (c == kAnyRun || c == kAnyChar) {
      return error(i, "UTF-8");
    } else {
      if (c == '\\') {
        if (++i == encoded.size()) return error(i, "'*', '?' or '\\' after '\\'");
        c = encoded[i];
        if (c != '*' && c != '?' && c != '\\') return error(i, "'*', '?' or '\\' after '\\'");
      }
      literal += c;
    }
  }
  flush();
  return pattern;
}

}  // namespace rw::core
