// tstats { option } agg { [","] agg } FROM datamodel ["="] dataset [ WHERE search ] [ BY by { [","] by } ]
//   by = field | _time [ span=… ]
// It counts events, from the data model's summary; we read the events themselves.
#include <fmt/format.h>

#include <utility>

#include "daemon/detect/spl/aggregates.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/search_expression.h"

namespace rw::detect::spl {
namespace {

constexpr LexMode kMode = LexMode::kArgument;

core::Result<void> parse_from(Parser& parser, Tstats& tstats) {
  RW_TRY(const Token from, parser.next(kMode));
  if (!from.is_nocase("FROM")) return parser.expected("FROM datamodel=…", from);
  RW_TRY(const Token datamodel, parser.next(kMode));
  if (!datamodel.is_nocase("datamodel")) return parser.expected("datamodel=… after FROM", datamodel);
  RW_TRY(const bool equals, parser.accept(kMode, "="));
  (void)equals;  // it may be left out
  RW_TRY(const Token dataset, parser.expect_name("a data model such as Endpoint.Registry"));
  tstats.datamodel = dataset.text;
  tstats.datamodel_at = dataset.span;
  return {};
}

core::Result<Tstats::By> parse_by_item(Parser& parser) {
  RW_TRY(const Token field, parser.expect_name("a field after BY"));
  if (has_wildcard(field.text)) return parser.unsupported(field.span, "a wildcard after BY");
  Tstats::By by{field.text, "", field.span};
  RW_TRY(const Tstats::Option span, parser.accept_option());
  if (span.name.empty()) return by;
  if (span.name != "span") return parser.unsupported(span.at, fmt::format("the option {}= after BY", span.name));
  if (by.field != "_time") return parser.invalid(span.at, "span= belongs after _time");
  by.span = span.value;
  return by;
}

core::Result<std::vector<Tstats::By>> parse_by(Parser& parser) {
  std::vector<Tstats::By> items;
  while (true) {
    RW_TRY(Tstats::By item, parse_by_item(parser));
    items.push_back(std::move(item));
    RW_TRY(const bool comma, parser.accept(kMode, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    if (end) return items;
  }
}

}  // namespace

core::Result<Tstats> parse_tstats(Parser& parser) {
  Tstats tstats;
  while (true) {
    RW_TRY(Tstats::Option option, parser.accept_option());
    if (option.name.empty()) break;
    tstats.options.push_back(std::move(option));
  }
  RW_TRY(tstats.aggregates, parse_aggregates(parser));
  RW_CHECK(parse_from(parser, tstats));
  RW_TRY(const bool where, parser.accept_word(kMode, "WHERE"));
  if (where) {
    RW_TRY(tstats.where, parse_search(parser, SearchPlace::kTstatsWhere));
  }
  RW_TRY(const Token by, parser.peek(kMode));
  if (by.is_nocase("BY") || by.is_nocase("GROUPBY")) {
    parser.set_position(by.span.end);
    RW_TRY(tstats.by, parse_by(parser));
  }
  return tstats;
}

std::string print(const Tstats& tstats) {
  std::string text = "| tstats";
  for (const Tstats::Option& option : tstats.options)
    text += fmt::format(" {}={}", option.name, print_name(option.value));
  for (const AggregateCall& call : tstats.aggregates) text += " " + print(call);
  text += " FROM datamodel=" + print_name(tstats.datamodel);
  if (tstats.where) text += " WHERE " + print(*tstats.where);
  for (const Tstats::By& by : tstats.by) {
    text += (&by == &tstats.by.front() ? " BY " : " ") + print_name(by.field);
    if (!by.span.empty()) text += " span=" + print_name(by.span);
  }
  return text;
}

}  // namespace rw::detect::spl
