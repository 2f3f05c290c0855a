// Events as rows:
//   from datamodel:"Endpoint.Registry", from datamodel Endpoint.Registry     all fields of the dataset
//   datamodel Endpoint Registry [search | flat] {name=value}                 the same, with the prefix Registry.
//   (search) [search] index=risk …                                                    risk events
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/search_expression.h"

namespace rw::detect::spl {
namespace {

constexpr LexMode kMode = LexMode::kArgument;
constexpr std::string_view kRiskIndex = "risk";

bool is_index_test(const SearchExpression& term) {
  const auto* comparison = std::get_if<SearchComparison>(&term.node);
  return comparison != nullptr && comparison->op == CompareOp::kEqual &&
         core::equals_ascii_nocase(comparison->field, "index");
}

}  // namespace

core::Result<EventRows> parse_from(Parser& parser) {
  RW_TRY(const Token kind, parser.expect_name("datamodel:\"…\" after from"));
  EventRows rows;
  rows.at = kind.span;
  // "datamodel:Endpoint.Registry" is one word; with a quote or a blank after it the name stands alone.
  const std::size_t colon = kind.text.find(':');
  const std::string type = core::fold(kind.text.substr(0, colon));
  if (type != "datamodel") {
    return parser.unsupported(kind.span, fmt::format("from {}", type), "there is from datamodel:\"Endpoint.Registry\"");
  }
  if (colon != std::string::npos && colon + 1 < kind.text.size()) {
    rows.datamodel = kind.text.substr(colon + 1);
  } else {
    RW_TRY(Token name, parser.expect_name("a data model such as Endpoint.Registry"));
    if (colon == std::string::npos && name.text.starts_with(':')) name.text.erase(0, 1);
    if (name.text.empty()) {
      RW_TRY(name, parser.expect_name("a data model such as Endpoint.Registry"));
    }
    rows.datamodel = name.text;
    rows.at = name.span;
  }
  return rows;
}

core::Result<EventRows> parse_datamodel(Parser& parser) {
  EventRows rows;
  RW_TRY(const Token model, parser.expect_name("a data model such as Endpoint"));
  rows.form = EventRows::Form::kDatamodel;
  rows.datamodel = model.text;
  rows.at = model.span;
  RW_TRY(bool end, parser.at_command_end());
  if (!end && model.text.find('.') == std::string::npos) {
    RW_TRY(const Token dataset, parser.expect_name("a dataset such as Registry"));
    rows.datamodel += "." + dataset.text;
    rows.at.end = dataset.span.end;
    RW_TRY(end, parser.at_command_end());
  }
  const std::string_view expected = "search or flat: `| datamodel` alone describes data models";
  RW_TRY(const Token mode, parser.next(kMode));
  if (end) return parser.expected(expected, mode);
  if (mode.is_nocase("flat")) {
    rows.form = EventRows::Form::kFrom;
  } else if (!mode.is_nocase("search")) {
    return parser.unsupported(mode.span, fmt::format("the mode {} of datamodel", describe(mode)), "search or flat");
  }
  while (true) {
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name.empty()) return rows;
    if (option.name != "summariesonly" && option.name != "allow_old_summaries" && option.name != "strict_fields") {
      return parser.unsupported(option.at, fmt::format("the option {}= of datamodel", option.name));
    }
  }
}

core::Result<EventRows> parse_index_search(Parser& parser) {
  RW_TRY(const Token first, parser.peek(kMode));
  const auto raw_events = [&] {
    return parser.unsupported(first.span, fmt::format("a search of raw events, `{} …`,", first.text),
                              "a search begins with `| tstats … FROM datamodel=Endpoint.Registry`");
  };
  auto parsed = parse_search(parser, SearchPlace::kSearchCommand);
  if (!parsed.ok()) {
    const std::string rest = core::fold(std::string_view(parser.source().text()).substr(first.span.begin));
    return rest.find("index=risk") == std::string::npos ? raw_events() : parsed.error();
  }
  SearchExpression expression = std::move(parsed).value();
  SearchAnd all;
  if (auto* terms = std::get_if<SearchAnd>(&expression.node)) {
    all = std::move(*terms);
  } else {
    all.terms.push_back(expression);
  }
  const auto index = std::find_if(all.terms.begin(), all.terms.end(), is_index_test);
  if (index == all.terms.end() ||
      !core::equals_ascii_nocase(std::get<SearchComparison>(index->node).value.text, kRiskIndex)) {
    return raw_events();
  }
  all.terms.erase(index);
  EventRows rows;
  rows.form = EventRows::Form::kIndex;
  rows.datamodel = "Risk.All_Risk";
  rows.at = first.span;
  rows.where = SearchExpression{std::move(all), expression.span};
  return rows;
}

std::string print(const EventRows& rows) {
  switch (rows.form) {
    case EventRows::Form::kFrom:
      return "| from datamodel:" + print_string(rows.datamodel);
    case EventRows::Form::kDatamodel:
      return "| datamodel " + print_name(rows.datamodel) + " search";
    case EventRows::Form::kIndex: {
      const auto* all = std::get_if<SearchAnd>(&rows.where->node);
      const bool nothing = all != nullptr && all->terms.empty();
      return nothing ? "search index=risk" : "search index=risk AND " + print(*rows.where);
    }
  }
  return "";
}

}  // namespace rw::detect::spl
