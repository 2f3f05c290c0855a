// fillnull [value=text] [fields]: puts the value (0 unless told) in place of null, in the named columns or in all.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

class Fillnull final : public Command {
 public:
  Fillnull(std::string value, std::vector<std::string> fields) : value_(std::move(value)), fields_(std::move(fields)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    std::string text = "fillnull value=" + print_string(value_);
    for (const std::string& field : fields_) text += " " + print_name(field);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::vector<std::size_t> columns;
    for (const std::string& field : fields_) columns.push_back(rows.find_or_add(field));
    for (std::size_t i = 0; fields_.empty() && i < rows.columns.size(); ++i) {
      rows.columns[i].origin = std::nullopt;
      columns.push_back(i);
    }
    for (Row& row : rows.rows) {
      for (const std::size_t column : columns) {
        if (row[column].is_null()) row[column] = value_;
      }
    }
    return {};
  }

 private:
  const std::string value_;
  const std::vector<std::string> fields_;
};

}  // namespace

core::Result<CommandPtr> parse_fillnull(Parser& parser) {
  std::string value = "0";
  RW_TRY(const Tstats::Option option, parser.accept_option());
  if (!option.name.empty()) {
    if (option.name != "value")
      return parser.unsupported(option.at, fmt::format("the option {}= of fillnull", option.name));
    value = option.value;
  }
  std::vector<std::string> fields;
  RW_TRY(const bool end, parser.at_command_end());
  if (!end) {
    RW_TRY(fields, parser.parse_names("a field"));
  }
  return CommandPtr(std::make_shared<Fillnull>(std::move(value), std::move(fields)));
}

}  // namespace rw::detect::spl
