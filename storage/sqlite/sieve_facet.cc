#include "storage/sqlite/sieve_facet.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/cim/fields.h"
#include "daemon/core/text.h"
#include "storage/sqlite/functions.h"

namespace rw::storage::sqlite {
namespace {

bool holds(CompareOp op, int sign) {
  switch (op) {
    case CompareOp::kLess:
      return sign < 0;
    case CompareOp::kLessEqual:
      return sign <= 0;
    case CompareOp::kGreater:
      return sign > 0;
    case CompareOp::kGreaterEqual:
      return sign >= 0;
  }
  return false;
}

}  // namespace

bool FieldTest::passes(std::optional<std::string_view> text) const {
  if (!text) {
    if (!fills) return false;
    text = cim::kUnknownText;
  }
  if (const auto* wanted = std::get_if<core::TextTest>(&test)) return wanted->matches(*text);
  if (const auto* comparison = std::get_if<Comparison>(&test)) {
    if (comparison->numbers_only && !core::number_of(*text)) return false;
    return holds(comparison->op, compare_texts(*text, comparison->constant));
  }
  return true;
}

std::string FieldTest::key() const {
  const char* filled = fills ? "filled" : "plain";
  if (const auto* wanted = std::get_if<core::TextTest>(&test)) return fmt::format("{} ~{}", filled, wanted->encode());
  if (const auto* comparison = std::get_if<Comparison>(&test)) {
    return fmt::format("{} {}{}{}", filled, op_text(comparison->op), comparison->numbers_only ? "#" : " ",
                       comparison->constant);
  }
  return fmt::format("{} exists", filled);
}

std::uint32_t Facet::add_test(const TextSql& sql, FieldTest test) {
  const auto [number, added] = number_of_test_.try_emplace(fmt::format("{}\n{}", sql.stored, test.key()),
                                                           static_cast<std::uint32_t>(tests_.size()));
  if (!added) return number->second;
  auto text = texts_.begin();
  while (text != texts_.end() && text->sql.stored != sql.stored) ++text;
  if (text == texts_.end()) text = texts_.insert(text, {.sql = sql, .tests = {}, .of_pattern = {}, .others = {}});
  text->tests.push_back(number->second);
  tests_.push_back(std::move(test));
  return number->second;
}

core::Result<void> Facet::finish(SqliteReader& reader) {
  scratch_.assign(tests_.size() / 64 + 1, 0);
  std::string select;
  std::string select_own;
  for (Text& text : texts_) {
    std::vector<core::TextPattern> patterns;
    text.if_null.assign(scratch_.size(), 0);
    for (const std::uint32_t number : text.tests) {
      const FieldTest& test = tests_[number];
      if (test.passes(std::nullopt)) add(text.if_null, number);
      const auto* wanted = std::get_if<core::TextTest>(&test.test);
      if (wanted != nullptr && wanted->pattern() != nullptr) {
        patterns.push_back(*wanted->pattern());
        text.of_pattern.push_back(number);
      } else {
        text.others.push_back(number);
      }
    }
    text.patterns = core::PatternSet(std::move(patterns));
    select += fmt::format("{}{}", select.empty() ? "" : ", ", text.sql.stored);
    select_own += fmt::format("{}{}", select_own.empty() ? "" : ", ", text.sql.own);
  }
  plain_ = texts_.size() == 1 && texts_.front().sql.own == "text";
  const std::string from = kind_ == Kind::kRow ? fmt::format("{} d WHERE d.id", table_) : "term WHERE id";
  RW_TRY(by_id_, reader.prepare(fmt::format("SELECT {} FROM {} = ?1", select, from)));
  if (kind_ >= Kind::kMixed && !plain_) {
    RW_TRY(by_text_, reader.prepare(fmt::format("SELECT {} FROM (SELECT ?1 AS text)", select_own)));
  }
  return {};
}

void Facet::try_text(const Text& text, std::optional<std::string_view> value, Bits& passed) {
  if (!value) {
    for (std::size_t i = 0; i < passed.size(); ++i) passed[i] |= text.if_null[i];
    return;
  }
  matching_.clear();
  text.patterns.find(*value, matching_);
  for (const std::uint32_t pattern : matching_) add(passed, text.of_pattern[pattern]);
  for (const std::uint32_t number : text.others) {
    if (tests_[number].passes(value)) add(passed, number);
  }
}

// False: there is no such row.
core::Result<bool> Facet::read(SqliteReader& reader, Statement& statement, Bits& passed) {
  passed.assign(passed.size(), 0);
  RW_TRY(const bool row, reader.step(statement));
  if (row) {
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const int column = static_cast<int>(i);
      try_text(texts_[i], statement.is_null(column) ? std::nullopt : std::optional(statement.text(column)), passed);
    }
  }
  statement.reset();
  return row;
}

Facet::Class Facet::class_of(const Bits& passed) {
  std::string key(reinterpret_cast<const char*>(passed.data()), passed.size() * sizeof(passed[0]));
  const auto found = class_numbers_.find(key);
  if (found != class_numbers_.end()) return found->second;
  if (classes_.size() >= kMostClasses) return kUnknown;
  const auto number = static_cast<Class>(classes_.size());
  classes_.push_back(passed);
  class_numbers_.emplace(std::move(key), number);
  return number;
}

core::Result<Facet::Class> Facet::find_class(SqliteReader& reader, std::int64_t id) {
  if (id < 0) return kUnknown;
  const std::size_t page = static_cast<std::size_t>(id) / kPage;
  const std::size_t place = static_cast<std::size_t>(id) % kPage;
  by_id_.bind(1, id);
  RW_TRY(const bool row, read(reader, by_id_, scratch_));
  if (!row) return kUnknown;
  const Class found = class_of(scratch_);
  constexpr std::size_t kMostIds = std::size_t{1} << 36;  // the list of pages must not grow with a wild id
  if (page >= kMostIds / kPage || (pages_used_ >= kMostPages && (page >= pages_.size() || pages_[page] == nullptr))) {
    return found;
  }
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (pages_[page] == nullptr) {
    pages_[page] = std::make_unique<std::array<Class, kPage>>();
    ++pages_used_;
  }
  (*pages_[page])[place] = found;
  return found;
}

Facet::Class Facet::class_of_null() {
  if (null_class_ == 0) {
    scratch_.assign(scratch_.size(), 0);
    for (const Text& text : texts_) try_text(text, std::nullopt, scratch_);
    null_class_ = class_of(scratch_);
  }
  return null_class_;
}

core::Result<const Bits*> Facet::tests_of_text(SqliteReader& reader, std::string_view text) {
  if (plain_) {
    scratch_.assign(scratch_.size(), 0);
    try_text(texts_.front(), text, scratch_);
    return &scratch_;
  }
  by_text_.bind(1, text);
  RW_TRY(const bool row, read(reader, by_text_, scratch_));
  by_text_.bind_null(1);  // the text is not ours
  return row ? &scratch_ : nullptr;
}

core::Result<Facet::Class> Facet::class_of_text(SqliteReader& reader, std::string_view text) {
  RW_TRY(const Bits* const passed, tests_of_text(reader, text));
  return passed == nullptr ? kUnknown : class_of(*passed);
}

std::size_t Facet::size_bytes() const {
  constexpr std::size_t kOfNode = 64;  // what a map needs besides
  const std::size_t set = scratch_.size() * sizeof(scratch_[0]);
  return pages_used_ * sizeof(*pages_.front()) + pages_.size() * sizeof(pages_.front()) +
         classes_.size() * (sizeof(Bits) + 2 * set + kOfNode);
}

void Facet::forget() {
  pages_.clear();
  pages_used_ = 0;
  classes_.resize(2);
  class_numbers_.clear();
  null_class_ = 0;
}

}  // namespace rw::storage::sqlite
