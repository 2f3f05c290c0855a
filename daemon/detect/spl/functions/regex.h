// The regular expression of a function call: the call's own, compiled once where it is a literal, or one made from the
// value of its argument.
#pragma once

#include <re2/re2.h>

#include <memory>

#include "daemon/detect/rows.h"
#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {

class Regex {
 public:
  Regex(const CallContext& context, const storage::Value& pattern) : regex_(context.pattern) {
    if (regex_ != nullptr) return;
    re2::RE2::Options options;
    options.set_log_errors(false);
    made_ = std::make_unique<const re2::RE2>(as_re2(text_of(pattern)), options);
    regex_ = made_->ok() ? made_.get() : nullptr;
  }

  // nullptr: the value is no regular expression.
  const re2::RE2* get() const { return regex_; }

 private:
  std::unique_ptr<const re2::RE2> made_;
  const re2::RE2* regex_;
};

}  // namespace rw::detect::spl
