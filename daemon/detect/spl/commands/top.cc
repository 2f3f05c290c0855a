// top [N] [limit=N] [showperc=bool] [showcount=bool] [countfield=name] [percentfield=name] fields [BY fields]: the most
// frequent combinations of values, of each group, with count and percent; 10 unless told, 0: all. rare: the least
// frequent.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/grouping.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

struct TopOptions {
  bool rare = false;
  std::size_t limit = 10;
  bool shows_count = true;
  bool shows_percent = true;
  std::string count_field = "count";
  std::string percent_field = "percent";
};

class Top final : public Command {
 public:
  Top(TopOptions options, std::vector<std::string> fields, std::vector<std::string> by)
      : options_(std::move(options)), fields_(std::move(fields)), by_(std::move(by)) {}

  std::string print() const override {
    std::string text =
        fmt::format("{} limit={} showcount={} showperc={} countfield={} percentfield={}",
                    options_.rare ? "rare" : "top", options_.limit, options_.shows_count, options_.shows_percent,
                    print_name(options_.count_field), print_name(options_.percent_field));
    for (const std::string& name : fields_) text += " " + print_name(name);
    for (const std::string& name : by_) text += (&name == &by_.front() ? " BY " : " ") + print_name(name);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    RowGrouping grouping;
    for (const std::vector<std::string>* names : {&by_, &fields_}) {
      for (const std::string& name : *names) grouping.by.push_back({name});
    }
    RW_TRY(const Groups groups, group_rows(grouping, rows, context, options_.rare ? "rare" : "top"));
    std::map<GroupKey, std::vector<Counted>, GroupKeyOrder> parts;
    for (const auto& [key, members] : groups) {
      const GroupKey part(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(by_.size()));
      parts[part].push_back({&key, members.size()});
    }
    Rows result;
    result.fill_null = rows.fill_null;
    for (const RowGrouping::By& by : grouping.by) result.columns.push_back({by.column, true});
    if (options_.shows_count) result.columns.push_back({options_.count_field});
    if (options_.shows_percent) result.columns.push_back({options_.percent_field});
    for (auto& [part, counted] : parts) add(counted, result);
    rows = std::move(result);
    return {};
  }

 private:
  struct Counted {
    const GroupKey* key;
    std::size_t count;
  };

  void add(std::vector<Counted>& counted, Rows& result) const {
    std::size_t total = 0;
    for (const Counted& each : counted) total += each.count;
    std::stable_sort(counted.begin(), counted.end(), [&](const Counted& a, const Counted& b) {
      return options_.rare ? a.count < b.count : a.count > b.count;
    });
    if (options_.limit > 0 && counted.size() > options_.limit) counted.resize(options_.limit);
    for (const Counted& each : counted) {
      Row row = *each.key;
      if (options_.shows_count) row.emplace_back(static_cast<std::int64_t>(each.count));
      if (options_.shows_percent) {
        row.push_back(value_of_number(100.0 * static_cast<double>(each.count) / static_cast<double>(total)));
      }
      result.rows.push_back(std::move(row));
    }
  }

  const TopOptions options_;
  const std::vector<std::string> fields_;
  const std::vector<std::string> by_;
};

core::Result<void> set_option(const Parser& parser, const Tstats::Option& option, TopOptions& options) {
  if (option.name == "limit") {
    RW_TRY(options.limit, parser.count_of(option));
  } else if (option.name == "showperc") {
    RW_TRY(options.shows_percent, parser.boolean_of(option));
  } else if (option.name == "showcount") {
    RW_TRY(options.shows_count, parser.boolean_of(option));
  } else if (option.name == "countfield") {
    options.count_field = option.value;
  } else if (option.name == "percentfield") {
    options.percent_field = option.value;
  } else {
    return parser.unsupported(option.at,
                              fmt::format("the option {}= of {}", option.name, options.rare ? "rare" : "top"));
  }
  return {};
}

core::Result<CommandPtr> parse(Parser& parser, bool rare) {
  TopOptions options;
  options.rare = rare;
  std::vector<std::string> fields;
  std::vector<std::string>* names = &fields;
  std::vector<std::string> by;
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end && !names->empty()) break;
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (!option.name.empty()) {
      RW_CHECK(set_option(parser, option, options));
      continue;
    }
    RW_TRY(const Token name, parser.expect_name("a field"));
    const bool digits = std::all_of(name.text.begin(), name.text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (name.kind == TokenKind::kWord && digits && fields.empty()) {
      RW_TRY(options.limit, parser.count_of({"limit", name.text, name.span}));
      continue;
    }
    if (name.is_nocase("BY") && names == &fields && !fields.empty()) {
      names = &by;
      continue;
    }
    names->push_back(name.text);
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    (void)comma;  // blanks separate too
  }
  return CommandPtr(std::make_shared<Top>(std::move(options), std::move(fields), std::move(by)));
}

}  // namespace

core::Result<CommandPtr> parse_top(Parser& parser) { return parse(parser, false); }
core::Result<CommandPtr> parse_rare(Parser& parser) { return parse(parser, true); }

}  // namespace rw::detect::spl
