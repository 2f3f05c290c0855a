// fields [+|-] names: keeps the named columns and those that begin with `_`; with `-` drops the named ones. Names may
// hold `*`; a name that no column has is no error.
#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

class Fields final : public Command {
 public:
  Fields(bool drops, std::vector<std::string> names) : drops_(drops), names_(std::move(names)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    std::string text = drops_ ? "fields -" : "fields";
    for (const std::string& name : names_) text += " " + print_name(name);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      const std::string& column = rows.columns[i].name;
      const bool named = std::any_of(names_.begin(), names_.end(), [&](const std::string& name) {
        return match_wildcards(name, column).has_value();
      });
      if (drops_ ? !named : named || column.starts_with('_')) kept.push_back(i);
    }
    rows.keep(kept);
    return {};
  }

 private:
  const bool drops_;
  const std::vector<std::string> names_;
};

}  // namespace

core::Result<CommandPtr> parse_fields(Parser& parser) {
  RW_TRY(const Token sign, parser.peek(LexMode::kArgument));
  const bool drops = sign.is_word("-");
  if (drops || sign.is_word("+")) parser.set_position(sign.span.end);
  RW_TRY(std::vector<std::string> names, parser.parse_names("a field"));
  return CommandPtr(std::make_shared<Fields>(drops, std::move(names)));
}

}  // namespace rw::detect::spl
