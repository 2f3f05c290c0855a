// rename from AS to, …: names may be quoted and hold `*`, as often on both sides. A name that no column has changes
// nothing; a column that has the new name already is replaced.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

struct Renaming {
  std::string from;
  std::string to;

  // What the column is called afterwards. nullopt: it is not meant.
  std::optional<std::string> new_name(const std::string& column) const {
    const auto runs = match_wildcards(from, column);
    if (!runs) return std::nullopt;
    std::string name;
    std::size_t run = 0;
    for (const char c : to) {
      if (c == '*') {
        name += (*runs)[run++];
      } else {
        name += c;
      }
    }
    return name;
  }
};

class Rename final : public Command {
 public:
  explicit Rename(std::vector<Renaming> renamings) : renamings_(std::move(renamings)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    std::string text = "rename ";
    for (const Renaming& each : renamings_) {
      if (&each != &renamings_.front()) text += ", ";
      text += print_name(each.from) + " AS " + print_name(each.to);
    }
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    for (const Renaming& renaming : renamings_) rename(rows, renaming);
    return {};
  }

 private:
  static void rename(Rows& rows, const Renaming& renaming) {
    std::vector<bool> renamed(rows.columns.size());
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      if (std::optional<std::string> name = renaming.new_name(rows.columns[i].name)) {
        renamed[i] = *name != rows.columns[i].name;
        rows.columns[i].name = *std::move(name);
      }
    }
    // A column that was there under a new name gives way; of two that got one name the last stays.
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      bool replaced = false;
      for (std::size_t j = 0; j < rows.columns.size(); ++j) {
        const bool stronger = renamed[j] && (!renamed[i] || j > i);
        replaced = replaced || (i != j && stronger && rows.columns[i].name == rows.columns[j].name);
      }
      if (!replaced) kept.push_back(i);
    }
    if (kept.size() < rows.columns.size()) rows.keep(kept);
  }

  const std::vector<Renaming> renamings_;
};

}  // namespace

core::Result<CommandPtr> parse_rename(Parser& parser) {
  std::vector<Renaming> renamings;
  while (true) {
    RW_TRY(const Token from, parser.expect_name("a field to rename"));
    RW_TRY(const Token as, parser.next(LexMode::kArgument));
    if (!as.is_nocase("AS")) return parser.expected("AS after the field", as);
    RW_TRY(const Token to, parser.expect_name("a new name after AS"));
    const auto stars = [](const std::string& name) { return std::count(name.begin(), name.end(), '*'); };
    if (stars(from.text) != stars(to.text)) {
      return parser.invalid(from.span, "both names of a rename must have the same number of `*`");
    }
    renamings.push_back({from.text, to.text});
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    if (end) return CommandPtr(std::make_shared<Rename>(std::move(renamings)));
  }
}

}  // namespace rw::detect::spl
