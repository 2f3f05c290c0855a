// rex field=F "regex with (?<named>groups)" [max_match=N]: each group becomes a column, several matches a list; where
// the pattern is not found the columns stay as they are.
// rex field=F mode=sed "s/regex/replacement/[g|N]" or "y/abc/xyz/": rewrites the field.
#include <fmt/format.h>
#include <re2/re2.h>

#include <charconv>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/functions.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/regex_matches.h"

namespace rw::detect::spl {
namespace {

constexpr std::size_t kMaxMatches = 100'000;  // what max_match=0, "all", comes to

class Rex final : public Command {
 public:
  Rex(std::string field, std::string pattern, std::shared_ptr<const re2::RE2> regex, std::size_t max_matches)
      : field_(std::move(field)), pattern_(std::move(pattern)), regex_(std::move(regex)), max_matches_(max_matches) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    return fmt::format("rex field={} max_match={} {}", print_name(field_), max_matches_, print_string(pattern_));
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    const auto source = rows.find(field_);
    std::vector<std::pair<std::size_t, int>> targets;  // column, group
    for (const auto& [group, name] : regex_->CapturingGroupNames()) {
      targets.emplace_back(rows.find_or_add(name), group);
      rows.columns[targets.back().first].group = false;
    }
    for (Row& row : rows.rows) {
      std::map<int, std::vector<std::string>> found;
      const std::vector<std::string> texts = source ? texts_of(row[*source]) : std::vector<std::string>();
      std::size_t matches = 0;
      for (const std::string& text : texts) find(text, matches, found);
      for (const auto& [column, group] : targets) {
        if (const auto values = found.find(group); values != found.end()) {
          row[column] = value_of_texts(std::move(values->second));
        }
      }
    }
    return {};
  }

 private:
  void find(const std::string& text, std::size_t& matches, std::map<int, std::vector<std::string>>& found) const {
    const std::size_t most = max_matches_ == 0 ? kMaxMatches : max_matches_;
    if (matches >= most) return;
    each_match(*regex_, text, [&](const MatchGroups& groups) {
      for (const auto& [group, name] : regex_->CapturingGroupNames()) {
        const re2::StringPiece& piece = groups[static_cast<std::size_t>(group)];
        if (piece.data() != nullptr) found[group].emplace_back(piece.data(), piece.size());
      }
      return ++matches < most;
    });
  }

  const std::string field_;
  const std::string pattern_;
  const std::shared_ptr<const re2::RE2> regex_;
  const std::size_t max_matches_;
};

// s/regex/replacement/flags, or y/from/to/.
struct Sed {
  bool transliterates = false;
  std::string from;  // of s: the regular expression
  std::string to;
  std::size_t only = 0;  // which match is replaced; 0: all
};

class RexSed final : public Command {
 public:
  RexSed(std::string field, std::string written, Sed sed, std::shared_ptr<const re2::RE2> regex)
      : field_(std::move(field)), written_(std::move(written)), sed_(std::move(sed)), regex_(std::move(regex)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    return fmt::format("rex field={} mode=sed {}", print_name(field_), print_string(written_));
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    if (!rows.find(field_)) return {};
    const std::size_t column = rows.find_or_add(field_);
    rows.columns[column].group = false;
    for (Row& row : rows.rows) {
      if (row[column].is_null()) continue;
      std::vector<std::string> texts = texts_of(row[column]);
      for (std::string& text : texts) text = sed_.transliterates ? transliterated(text) : replaced(text);
      row[column] = value_of_texts(std::move(texts));
    }
    return {};
  }

 private:
  std::string transliterated(const std::string& text) const {
    const std::vector<std::string_view> from = core::characters_of(sed_.from);
    const std::vector<std::string_view> to = core::characters_of(sed_.to);
    std::string out;
    for (const std::string_view character : core::characters_of(text)) {
      const auto found = std::find(from.begin(), from.end(), character);
      out += found == from.end() ? character : to[static_cast<std::size_t>(found - from.begin())];
    }
    return out;
  }

  // A text that would grow beyond what a value may hold stays as it is.
  std::string replaced(const std::string& text) const {
    std::string out;
    std::size_t copied = 0;
    std::size_t match = 0;
    each_match(*regex_, text, [&](const MatchGroups& groups) {
      if (sed_.only != 0 && ++match != sed_.only) return true;
      const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
      out += text.substr(copied, begin - copied);
      regex_->Rewrite(&out, sed_.to, groups.data(), static_cast<int>(groups.size()));
      copied = begin + groups[0].size();
      return sed_.only == 0 && out.size() <= kMaxValueBytes;
    });
    return out.size() > kMaxValueBytes ? text : out + text.substr(copied);
  }

  const std::string field_;
  const std::string written_;
  const Sed sed_;
  const std::shared_ptr<const re2::RE2> regex_;
};

// Up to the next delimiter; `\` before it stands for the delimiter itself.
std::optional<std::string> sed_part(std::string_view text, std::size_t& at, char delimiter) {
  std::string part;
  for (; at < text.size(); ++at) {
    if (text[at] == delimiter) {
      ++at;
      return part;
    }
    if (text[at] == '\\' && at + 1 < text.size()) {
      if (text[at + 1] != delimiter) part += text[at];
      ++at;
    }
    part += text[at];
  }
  return std::nullopt;
}

core::Result<CommandPtr> parse_sed(Parser& parser, std::string field, const Token& written) {
  constexpr std::string_view kForm = "expected s/regex/replacement/ or y/characters/characters/";
  const std::string& text = written.text;
  if (text.size() < 4 || (text[0] != 's' && text[0] != 'y')) return parser.invalid(written.span, kForm);
  std::size_t at = 2;
  const auto from = sed_part(text, at, text[1]);
  const auto to = sed_part(text, at, text[1]);
  if (!from || !to) return parser.invalid(written.span, kForm);
  Sed sed{text[0] == 'y', *from, *to, 1};
  const std::string flags = text.substr(at);
  std::shared_ptr<const re2::RE2> regex;
  if (sed.transliterates) {
    if (core::length_of(sed.from) != core::length_of(sed.to) || !flags.empty()) {
      return parser.invalid(written.span, "y///: expected as many characters on both sides");
    }
  } else {
    if (flags == "g") {
      sed.only = 0;
    } else if (!flags.empty()) {
      const auto [end, error] = std::from_chars(flags.data(), flags.data() + flags.size(), sed.only);
      if (error != std::errc() || end != flags.data() + flags.size() || sed.only == 0) {
        return parser.invalid(written.span, fmt::format("s///{}: expected g or a number", flags));
      }
    }
    RW_TRY(regex, compile_regex(parser, written.span, sed.from));
    std::string error;
    if (!regex->CheckRewriteString(sed.to, &error)) return parser.invalid(written.span, "s///: " + error);
  }
  return CommandPtr(std::make_shared<RexSed>(std::move(field), text, std::move(sed), std::move(regex)));
}

}  // namespace

core::Result<CommandPtr> parse_rex(Parser& parser) {
  std::string field;
  std::size_t max_matches = 1;
  bool is_sed = false;
  std::optional<Token> pattern;
  RW_TRY(const Token first, parser.peek(LexMode::kArgument));
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end) break;
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name.empty()) {
      RW_TRY(const Token text, parser.next(LexMode::kArgument));
      if (text.kind != TokenKind::kString || pattern) return parser.expected("one regular expression in quotes", text);
      pattern = text;
    } else if (option.name == "field") {
      field = option.value;
    } else if (option.name == "max_match") {
      RW_TRY(max_matches, parser.count_of(option));
    } else if (option.name == "mode" && core::equals_ascii_nocase(option.value, "sed")) {
      is_sed = true;
    } else {
      return parser.unsupported(option.at, fmt::format("the option {}={} of rex", option.name, option.value));
    }
  }
  if (!pattern) return parser.invalid(first.span, "rex: expected a regular expression in quotes");
  if (field.empty() || field == "_raw") {
    return parser.unsupported(first.span, "rex on _raw", "name a field: rex field=process \"…\"");
  }
  if (is_sed) return parse_sed(parser, std::move(field), *pattern);
  RW_TRY(auto regex, compile_regex(parser, pattern->span, pattern->text));
  if (regex->CapturingGroupNames().empty()) {
    return parser.invalid(pattern->span, "rex: expected a named group in the expression: (?<name>…)");
  }
  return CommandPtr(std::make_shared<Rex>(std::move(field), pattern->text, std::move(regex), max_matches));
}

}  // namespace rw::detect::spl
