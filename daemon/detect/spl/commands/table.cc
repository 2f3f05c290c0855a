// table names: exactly these columns in this order; one that is not there stays empty. `*` is a wildcard.
#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

class Table final : public Command {
 public:
  explicit Table(std::vector<std::string> names) : names_(std::move(names)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    std::string text = "table";
    for (const std::string& name : names_) text += " " + print_name(name);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::vector<std::size_t> kept;
    const auto keep = [&](std::size_t column) {
      if (std::find(kept.begin(), kept.end(), column) == kept.end()) kept.push_back(column);
    };
    for (const std::string& name : names_) {
      if (!has_wildcard(name)) {
        const auto column = rows.find(name);
        keep(column ? *column : rows.find_or_add(name));
        continue;
      }
      for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        if (match_wildcards(name, rows.columns[i].name)) keep(i);
      }
    }
    rows.keep(kept);
    return {};
  }

 private:
  const std::vector<std::string> names_;
};

}  // namespace

core::Result<CommandPtr> parse_table(Parser& parser) {
  RW_TRY(std::vector<std::string> names, parser.parse_names("a field"));
  return CommandPtr(std::make_shared<Table>(std::move(names)));
}

}  // namespace rw::detect::spl
