// From the text of a file to the text that is parsed: comments become a blank, macros their definitions. Keeps where
// every piece came from, so that later stages can name the place in the file.
// Pure and thread-safe. Source: reference of SPL, steps 2 and 3 of reading a search.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/macros.h"

namespace rw::detect::spl {

inline constexpr std::size_t kMaxTextBytes = 64 * 1024;            // of a search as written
inline constexpr std::size_t kMaxExpandedBytes = 1024 * 1024;      // after macros
inline constexpr int kMaxMacroDepth = 20;                          // a macro in a macro in …
inline constexpr int kMaxMacroCalls = 10'000;                      // of one search; empty macros cost no bytes
inline constexpr std::string_view kFilterMacroSuffix = "_filter";  // not defined, it stands for `search *`

class ExpandedText {
 public:
  // A text without comments and macros, taken as it is.
  static ExpandedText verbatim(std::string text);

  const std::string& text() const { return text_; }

  // An error at an offset of text(): "LINE:COL: message", both from 1 and in the search as written. Where a macro
  // brought the fault, the place is that of its call, and the message begins with "in macro `name`: ".
  core::Error error(core::ErrorCode code, std::size_t offset, std::string_view message, std::string hint = {}) const;

 private:
  friend class Expander;

  // Text from `begin` on came from `source` of the original; all of a macro's text from the place of its call.
  struct Piece {
    std::size_t begin;
    std::size_t source;
    std::string macro;  // empty: as written
  };

  std::string original_;
  std::string text_;
  std::vector<Piece> pieces_;
};

// A macro that is not defined is an error, except one named "…_filter".
// Errors: InvalidInput (an open comment or backquote, unknown macro), Limit.
core::Result<ExpandedText> expand(std::string_view text, const Macros& macros);

}  // namespace rw::detect::spl
