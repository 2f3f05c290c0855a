// What the modifiers of a field test do to its values, one row of a table each. Within this folder only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/detect/sigma/field_test.h"
#include "daemon/detect/sigma/text.h"

namespace rw::detect::sigma {

// A value as it becomes on its way through the modifiers.
struct Value {
  enum class Kind { kNull, kText, kNumber, kBool };
  yaml::Node node;
  Kind kind = Kind::kText;
  std::string written = {};
  std::vector<Text> texts = {};  // any of them; of a null none
};

// How the values are compared. kPattern is what they are without a modifier that says otherwise.
enum class Comparison { kPattern, kRegex, kNetwork, kNumber, kPresence, kField };

struct Modified {
  Comparison comparison = Comparison::kPattern;
  std::vector<Value> values;
  bool all = false;
  bool negated = false;
  bool is_list = false;
  std::string_view changed_by = {};  // the last modifier that changed the texts
  std::string_view encoded_by = {};  // utf16 and the like, until base64 follows
  core::TextPattern::Case case_rule = core::TextPattern::Case::kFolded;
  storage::CompareOp op = storage::CompareOp::kLess;
  std::string regex_flags;  // of i, m, s
};

// Errors, without a place: Unsupported (an unknown modifier, or one that we do not have), InvalidInput (it does not fit
// the values or the modifiers before it), Limit.
core::Result<void> apply_modifier(std::string_view name, Modified& modified, const Options& options);

}  // namespace rw::detect::sigma
