// dedup [N] fields [keepevents=bool] [keepempty=bool] [consecutive=bool] [sortby [-|+] field …]: keeps the first N rows
// (1 unless told) of each combination of values; with consecutive only of neighbours. A row with a null in one of the
// fields is dropped, with keepempty kept. With keepevents the other rows stay, without those fields.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/sort_order.h"

namespace rw::detect::spl {
namespace {

struct DedupOptions {
  std::size_t count = 1;
  bool keeps_events = false;
  bool keeps_empty = false;
  bool consecutive = false;
  std::vector<SortKey> order;
};

class Dedup final : public Command {
 public:
  Dedup(DedupOptions options, std::vector<std::string> fields)
      : options_(std::move(options)), fields_(std::move(fields)) {}

  std::string print() const override {
    std::string text = fmt::format("dedup {}", options_.count);
    for (const std::string& field : fields_) text += " " + print_name(field);
    if (options_.keeps_events) text += " keepevents=true";
    if (options_.keeps_empty) text += " keepempty=true";
    if (options_.consecutive) text += " consecutive=true";
    if (!options_.order.empty()) text += " sortby" + spl::print(options_.order);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::vector<std::optional<std::size_t>> columns;
    for (const std::string& field : fields_) columns.push_back(rows.find(field));
    std::map<std::vector<std::string>, std::size_t> seen;
    std::vector<std::string> previous;
    std::erase_if(rows.rows, [&](Row& row) {
      std::vector<std::string> key;
      for (const auto& column : columns) {
        if (!column || row[*column].is_null()) return !options_.keeps_empty;
        key.push_back(text_of(row[*column]));
      }
      if (options_.consecutive && key != previous) seen.clear();
      previous = key;
      if (++seen[std::move(key)] <= options_.count) return false;
      if (!options_.keeps_events) return true;
      for (const auto& column : columns) row[*column] = storage::Value();
      return false;
    });
    if (options_.keeps_events) {
      for (const std::string& field : fields_) rows.find_or_add(field);  // written into
    }
    if (!options_.order.empty()) sort_rows(rows, options_.order);
    return {};
  }

 private:
  const DedupOptions options_;
  const std::vector<std::string> fields_;
};

core::Result<void> set_option(const Parser& parser, const Tstats::Option& option, DedupOptions& options) {
  bool* target = nullptr;
  if (option.name == "keepevents") target = &options.keeps_events;
  if (option.name == "keepempty") target = &options.keeps_empty;
  if (option.name == "consecutive") target = &options.consecutive;
  if (target == nullptr) return parser.unsupported(option.at, fmt::format("the option {}= of dedup", option.name));
  RW_TRY(*target, parser.boolean_of(option));
  return {};
}

}  // namespace

core::Result<CommandPtr> parse_dedup(Parser& parser) {
  DedupOptions options;
  std::vector<std::string> fields;
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end && !fields.empty()) break;
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (!option.name.empty()) {
      RW_CHECK(set_option(parser, option, options));
      continue;
    }
    RW_TRY(const Token field, parser.expect_name("a field"));
    const bool digits = field.text.find_first_not_of("0123456789") == std::string::npos;
    if (field.kind == TokenKind::kWord && digits && fields.empty()) {
      RW_TRY(options.count, parser.count_of({"dedup", field.text, field.span}, 1));
      continue;
    }
    if (field.is_nocase("sortby") && !fields.empty()) {
      RW_TRY(options.order, parse_sort_keys(parser));
      break;
    }
    fields.push_back(field.text);
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    (void)comma;  // blanks separate too
  }
  return CommandPtr(std::make_shared<Dedup>(std::move(options), std::move(fields)));
}

}  // namespace rw::detect::spl
