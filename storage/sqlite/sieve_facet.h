// A part of an event as a sieve sees it: one column, and all tests that the filters ask of the texts behind it. Events
// repeat in their parts, so what a path, a process or a term passes is found out once and kept as a class: the set of
// tests passed. Rows of these tables are never changed, and the id of one that upkeep deleted is never given again (see
// expiry.h), so a class holds as long as the facet; at worst it is of a row that no event refers to any more.
// Memory: 4 bytes for each id seen, in pages, up to kMostPages; up to kMostClasses sets. Belongs to its reader's
// thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "daemon/core/pattern_set.h"
#include "daemon/core/text_test.h"
#include "storage/predicate.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/reader.h"

namespace rw::storage::sqlite {

// A small set of numbers, one bit each.
using Bits = std::vector<std::uint64_t>;
inline bool has(const Bits& bits, std::size_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }
inline void add(Bits& bits, std::size_t i) { bits[i / 64] |= std::uint64_t{1} << (i % 64); }
inline void remove(Bits& bits, std::size_t i) { bits[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }
inline bool any(const Bits& bits) {
  return std::any_of(bits.begin(), bits.end(), [](std::uint64_t word) { return word != 0; });
}
// Until one visit fails.
template <class Visit>
core::Result<void> each(const Bits& bits, const Visit& visit) {
  for (std::size_t word = 0; word < bits.size(); ++word) {
    for (std::uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
      core::Result<void> visited = visit(word * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
      if (!visited.ok()) return visited;
    }
  }
  return {};
}

// What a filter asks of one text. A null passes as "unknown" does where the data model fills it, else not at all.
struct FieldTest {
  struct Comparison {
    CompareOp op;
    std::string constant;
    bool numbers_only;
  };
  struct Presence {};

  std::variant<core::TextTest, Comparison, Presence> test;
  bool fills;

  bool passes(std::optional<std::string_view> text) const;
  std::string key() const;  // the same for the same test
};

class Facet {
 public:
  enum class Kind {
    kRow,    // the column has the id of a row of `table`
    kTerm,   // the id of a term
    kMixed,  // the id of a term, or the text itself
    kText,   // SQL that puts the text together
  };
  using Class = std::uint32_t;
  static constexpr Class kUnknown = 1;  // any test may pass

  Facet(Kind kind, std::string column, std::string table)
      : kind_(kind), column_(std::move(column)), table_(std::move(table)) {}

  Kind kind() const { return kind_; }
  const std::string& column() const { return column_; }  // SQL over e
  std::size_t tests() const { return tests_.size(); }

  // The text tested.
  struct TextSql {
    std::string stored;  // over the row d, or over the `text` of a term
    std::string own;     // over a `text` in its row (kMixed, kText)
  };
  // The number of the test.
  std::uint32_t add_test(const TextSql& sql, FieldTest test);
  // After the last test. Errors: those of prepare.
  core::Result<void> finish(SqliteReader& reader);

  // The class of the column's value. Errors: those of Reader::scan.
  core::Result<Class> class_of_id(SqliteReader& reader, std::int64_t id) {
    const Class known = seen(id);
    return known != 0 ? known : find_class(reader, id);
  }
  Class class_of_null();
  // The class of a text in its row.
  core::Result<Class> class_of_text(SqliteReader& reader, std::string_view text);
  // The tests that a class passes; nullptr for kUnknown. Lives until forget().
  const Bits* tests_of(Class found) const { return found == kUnknown ? nullptr : &classes_[found]; }
  // The tests that a text in its row passes. Lives until the next call.
  core::Result<const Bits*> tests_of_text(SqliteReader& reader, std::string_view text);

  // Whether it has no place for more; forget() makes some, and ends all classes.
  bool is_full() const { return pages_used_ >= kMostPages || classes_.size() >= kMostClasses; }
  void forget();
  std::size_t size_bytes() const;

 private:
  static constexpr std::size_t kPage = 4096;
  static constexpr std::size_t kMostPages = 4096;     // 64 MiB
  static constexpr std::size_t kMostClasses = 32768;  // of (tests / 8) bytes

  struct Text {
    TextSql sql;
    std::vector<std::uint32_t> tests;
    core::PatternSet patterns = core::PatternSet();
    std::vector<std::uint32_t> of_pattern;  // the test of each pattern
    std::vector<std::uint32_t> others;      // tests that are no patterns
    Bits if_null = {};
  };

  // 0: not seen yet.
  Class seen(std::int64_t id) const {
    const std::size_t page = static_cast<std::size_t>(id) / kPage;
    return page < pages_.size() && pages_[page] != nullptr ? (*pages_[page])[static_cast<std::size_t>(id) % kPage] : 0;
  }
  core::Result<Class> find_class(SqliteReader& reader, std::int64_t id);
  void try_text(const Text& text, std::optional<std::string_view> value, Bits& passed);
  core::Result<bool> read(SqliteReader& reader, Statement& statement, Bits& passed);
  Class class_of(const Bits& passed);

  const Kind kind_;
  const std::string column_;
  const std::string table_;
  std::vector<FieldTest> tests_;
  std::unordered_map<std::string, std::uint32_t> number_of_test_;  // by the stored text's SQL and key
  std::vector<Text> texts_;
  bool plain_ = false;  // a text in its row is tested as it is, and no other

  Statement by_id_;
  Statement by_text_;  // kMixed and kText, unless plain
  Bits scratch_;
  std::vector<std::uint32_t> matching_;

  std::vector<std::unique_ptr<std::array<Class, kPage>>> pages_;  // by id; 0: not seen
  std::size_t pages_used_ = 0;
  std::deque<Bits> classes_ = std::deque<Bits>(2);
  std::unordered_map<std::string, Class> class_numbers_;  // by the bytes of the set
  Class null_class_ = 0;
};

}  // namespace rw::storage::sqlite
