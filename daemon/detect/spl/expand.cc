#include "daemon/detect/spl/expand.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "daemon/core/text.h"

namespace rw::detect::spl {
namespace {

constexpr std::string_view kFence = "```";

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':';
}

struct Call {
  std::string name;
  std::vector<std::string> arguments;
};

// One argument without the blanks around it and without its quotes.
std::string clean_argument(std::string_view text) {
  text = core::trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

// "a, "b, c"" → its arguments; commas inside quotes and parentheses do not separate.
std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> arguments;
  if (core::trim(text).empty()) return arguments;
  bool quoted = false;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '(' || c == ')')) {
      depth += c == '(' ? 1 : -1;
    } else if (!quoted && depth == 0 && c == ',') {
      arguments.push_back(clean_argument(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  arguments.push_back(clean_argument(text.substr(begin)));
  return arguments;
}

// What stands between two backquotes: name or name(arguments). nullopt: neither.
std::optional<Call> parse_call(std::string_view text) {
  text = core::trim(text);
  std::size_t end = 0;
  while (end < text.size() && is_name_char(text[end])) ++end;
  if (end == 0) return std::nullopt;
  Call call{std::string(text.substr(0, end)), {}};
  const std::string_view rest = core::trim(text.substr(end));
  if (rest.empty()) return call;
  if (rest.size() < 2 || rest.front() != '(' || rest.back() != ')') return std::nullopt;
  call.arguments = split_arguments(rest.substr(1, rest.size() - 2));
  return call;
}

// $parameter$ → argument; any other dollar stays.
std::string substitute(const Macro& macro, const std::vector<std::string>& arguments) {
  std::string out;
  const std::string_view definition = macro.definition;
  for (std::size_t i = 0; i < definition.size();) {
    bool replaced = false;
    for (std::size_t n = 0; !replaced && definition[i] == '$' && n < arguments.size(); ++n) {
      const std::string& parameter = macro.arguments[n];
      if (definition.substr(i + 1, parameter.size()) == parameter &&
          definition.substr(i + 1 + parameter.size(), 1) == "$") {
        out += arguments[n];
        i += parameter.size() + 2;
        replaced = true;
      }
    }
    if (!replaced) out += definition[i++];
  }
  return out;
}

struct Place {
  std::size_t line = 1;
  std::size_t col = 1;
};

Place place_of(std::string_view text, std::size_t offset) {
  Place place;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++place.line;
      place.col = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {  // columns count characters, not bytes
      ++place.col;
    }
  }
  return place;
}

}  // namespace

ExpandedText ExpandedText::verbatim(std::string text) {
  ExpandedText out;
  out.text_ = text;
  out.original_ = std::move(text);
  out.pieces_.push_back({0, 0, {}});
  return out;
}

core::Error ExpandedText::error(core::ErrorCode code, std::size_t offset, std::string_view message,
                                std::string hint) const {
  const Piece* piece = nullptr;
  for (const Piece& candidate : pieces_) {
    if (candidate.begin > offset) break;
    piece = &candidate;
  }
  std::size_t source = offset;
  std::string in_macro;
  if (piece != nullptr && piece->macro.empty()) {
    source = piece->source + (offset - piece->begin);
  } else if (piece != nullptr) {
    source = piece->source;
    in_macro = fmt::format("in macro `{}`: ", piece->macro);
  }
  const Place place = place_of(original_, source);
  return {code, fmt::format("{}:{}: {}{}", place.line, place.col, in_macro, message), std::move(hint)};
}

class Expander {
 public:
  Expander(std::string_view text, const Macros& macros, ExpandedText& out) : macros_(macros), out_(out) {
    out_.original_ = std::string(text);
  }

  // Appends `text` with its macros expanded. `macro` names the one that brought it, called at `call_source`; empty for
  // the search itself.
  core::Result<void> append(std::string_view text, const std::string& macro, std::size_t call_source, int depth) {
    const auto source_of = [&](std::size_t i) { return macro.empty() ? i : call_source; };
    bool quoted = false;
    begin_piece(source_of(0), macro);
    for (std::size_t i = 0; i < text.size();) {
      const char c = text[i];
      if (quoted || c == '"' || c == '\\') {
        const std::size_t length = c == '\\' && i + 1 < text.size() ? 2 : 1;
        if (c == '"') quoted = !quoted;
        RW_CHECK(put(text.substr(i, length), source_of(i)));
        i += length;
      } else if (text.substr(i, kFence.size()) == kFence) {
        const std::size_t end = text.find(kFence, i + kFence.size());
        if (end == std::string_view::npos) {
          return fail(core::ErrorCode::kInvalidInput, source_of(i), macro, "comment: expected a closing ```");
        }
        RW_CHECK(put(" ", source_of(i)));
        i = end + kFence.size();
        begin_piece(source_of(i), macro);
      } else if (c == '`') {
        const std::size_t end = text.find('`', i + 1);
        if (end == std::string_view::npos) {
          return fail(core::ErrorCode::kInvalidInput, source_of(i), macro, "macro: expected a closing `");
        }
        RW_CHECK(append_call(text.substr(i + 1, end - i - 1), macro, source_of(i), depth));
        i = end + 1;
        begin_piece(source_of(i), macro);
      } else {
        RW_CHECK(put(text.substr(i, 1), source_of(i)));
        ++i;
      }
    }
    return {};
  }

 private:
  core::Result<void> append_call(std::string_view text, const std::string& inside, std::size_t source, int depth) {
    const std::optional<Call> call = parse_call(text);
    if (!call) {
      return fail(core::ErrorCode::kInvalidInput, source, inside,
                  fmt::format("macro: expected `name` or `name(argument, …)`, found `{}`", text));
    }
    const std::string path = inside.empty() ? call->name : fmt::format("{}` > `{}", inside, call->name);
    const Macro* macro = macros_.find(call->name, call->arguments.size());
    if (macro == nullptr) {
      if (!call->arguments.empty() || !call->name.ends_with(kFilterMacroSuffix)) return unknown(*call, inside, source);
      return append("search *", path, source, depth);
    }
    if (depth >= kMaxMacroDepth || ++calls_ > kMaxMacroCalls) {
      return fail(core::ErrorCode::kLimit, source, inside,
                  depth >= kMaxMacroDepth
                      ? fmt::format("macro `{}`: nested more than {} deep", call->name, kMaxMacroDepth)
                      : fmt::format("more than {} macro calls", kMaxMacroCalls),
                  "a macro that uses itself never ends");
    }
    return append(substitute(*macro, call->arguments), path, source, depth + 1);
  }

  core::Error unknown(const Call& call, const std::string& inside, std::size_t source) const {
    for (std::size_t arguments = 0; arguments < 16; ++arguments) {
      if (macros_.find(call.name, arguments) != nullptr) {
        return fail(core::ErrorCode::kInvalidInput, source, inside,
                    fmt::format("macro `{}` takes {} arguments, not {}", call.name, arguments, call.arguments.size()));
      }
    }
    return fail(core::ErrorCode::kInvalidInput, source, inside, fmt::format("macro `{}` is not defined", call.name),
                "define it in a macro file");
  }

  core::Error fail(core::ErrorCode code, std::size_t source, const std::string& inside, std::string_view message,
                   std::string hint = {}) const {
    ExpandedText at;
    at.original_ = out_.original_;
    at.pieces_.push_back({0, source, inside});
    return at.error(code, 0, message, std::move(hint));
  }

  void begin_piece(std::size_t source, const std::string& macro) {
    auto& pieces = out_.pieces_;
    if (!pieces.empty() && pieces.back().begin == out_.text_.size()) pieces.pop_back();
    pieces.push_back({out_.text_.size(), source, macro});
  }

  core::Result<void> put(std::string_view text, std::size_t source) {
    if (out_.text_.size() + text.size() > kMaxExpandedBytes) {
      return fail(core::ErrorCode::kLimit, source, "",
                  fmt::format("the search is longer than {} bytes after its macros are expanded", kMaxExpandedBytes));
    }
    out_.text_ += text;
    return {};
  }

  const Macros& macros_;
  ExpandedText& out_;
  int calls_ = 0;
};

core::Result<ExpandedText> expand(std::string_view text, const Macros& macros) {
  if (text.size() > kMaxTextBytes) {
    return core::Error{core::ErrorCode::kLimit, fmt::format("1:1: the search is {} bytes long, expected at most {}",
                                                            text.size(), kMaxTextBytes)};
  }
  ExpandedText out;
  Expander expander(text, macros, out);
  RW_CHECK(expander.append(text, "", 0, 0));
  return out;
}

}  // namespace rw::detect::spl
