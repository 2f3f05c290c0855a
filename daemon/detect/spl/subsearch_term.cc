// [ search ] as a term of a search expression: what its rows become. Source: Splunk's command `format`, which stands at
// the end of every such subsearch.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/search_expression.h"

namespace rw::detect::spl {
namespace {

constexpr std::size_t kMaxTermRows = 10'000;  // as in Splunk (limits.conf, format: maxresults of a subsearch)
constexpr std::size_t kManyValues = 16;       // from so many on, one look-up instead of a test for each

// A value as if it had been written in quotes: `*` is a wildcard.
SearchExpression equals(const std::string& field, std::string text) {
  return {SearchComparison{field, CompareOp::kEqual, SearchValue(std::move(text))}, {}};
}

SearchExpression any_of(const std::string& field, std::vector<std::string> texts) {
  if (texts.size() == 1) return equals(field, std::move(texts.front()));
  SearchIn in{field, {}};
  std::vector<std::string> whole;
  for (std::string& text : texts) {
    if (text.find('*') == std::string::npos) whole.push_back(text);
    in.values.emplace_back(std::move(text));
  }
  if (whole.size() == in.values.size() && whole.size() >= kManyValues)
    in.list = core::TextTest::one_of(std::move(whole));
  return {std::move(in), {}};
}

// The value of a column `search` or `query`: a piece of a search.
core::Result<SearchExpression> parse_term(const std::string& text) {
  const ExpandedText source = ExpandedText::verbatim(text);
  Parser parser(source);
  const auto fail = [](const core::Error& error) {
    return core::Error{error.code, "subsearch: its column `search`: " + error.message, error.hint};
  };
  auto term = parse_search(parser, SearchPlace::kSearchCommand);
  if (!term.ok()) return fail(term.error());
  RW_TRY(const Token end, parser.peek(LexMode::kSearch));
  if (end.kind != TokenKind::kEnd) return fail(parser.expected("the end of the search", end));
  if (!subsearches_in(*term).empty()) return fail(parser.unsupported({}, "a subsearch in the result of a subsearch"));
  return term;
}

bool is_term_column(const std::string& name) { return name == "search" || name == "query"; }

// Columns of the row that say something; those that begin with `_` do not count.
core::Result<SearchExpression> term_of_row(const Rows& rows, const Row& row) {
  SearchAnd all;
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const std::string& name = rows.columns[i].name;
    if (row[i].is_null() || name.starts_with('_')) continue;
    if (is_term_column(name)) {
      RW_TRY(SearchExpression term, parse_term(text_of(row[i])));
      all.terms.push_back(std::move(term));
    } else {
      all.terms.push_back(any_of(name, texts_of(row[i])));
    }
  }
  return SearchExpression{std::move(all), {}};
}

// Rows of one plain column become one list.
std::optional<SearchExpression> list_of(const Rows& rows) {
  std::optional<std::size_t> only;
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const bool says =
        std::any_of(rows.rows.begin(), rows.rows.end(), [&](const Row& row) { return !row[i].is_null(); });
    if (!says || rows.columns[i].name.starts_with('_')) continue;
    if (only || is_term_column(rows.columns[i].name)) return std::nullopt;
    only = i;
  }
  if (!only) return std::nullopt;
  std::vector<std::string> texts;
  for (const Row& row : rows.rows) {
    for (std::string& text : texts_of(row[*only])) texts.push_back(std::move(text));
  }
  return any_of(rows.columns[*only].name, std::move(texts));
}

core::Result<SearchExpression> term_of(Rows rows, std::vector<std::string>& warnings) {
  if (rows.rows.size() > kMaxTermRows) {
    warnings.push_back(fmt::format("the subsearch of a search term gave {} rows, only the first {} were used",
                                   rows.rows.size(), kMaxTermRows));
    rows.rows.resize(kMaxTermRows);
  }
  if (auto list = list_of(rows)) return *std::move(list);
  SearchOr any;
  for (const Row& row : rows.rows) {
    RW_TRY(SearchExpression term, term_of_row(rows, row));
    const auto* all = std::get_if<SearchAnd>(&term.node);
    if (all == nullptr || !all->terms.empty()) any.terms.push_back(std::move(term));
  }
  return SearchExpression{std::move(any), {}};  // no rows: nothing passes
}

struct Collector {
  std::vector<const Pipeline*>& found;

  void operator()(const SearchAnd& all) const { each(all.terms); }
  void operator()(const SearchOr& any) const { each(any.terms); }
  void operator()(const SearchNot& negation) const { std::visit(*this, negation.term->node); }
  void operator()(const SearchComparison&) const {}
  void operator()(const SearchIn&) const {}
  void operator()(const SearchSubsearch& subsearch) const { found.push_back(subsearch.search.get()); }
  void each(const std::vector<SearchExpression>& terms) const {
    for (const SearchExpression& term : terms) std::visit(*this, term.node);
  }
};

struct FieldCollector {
  std::vector<std::string>& found;

  void operator()(const SearchAnd& all) const { each(all.terms); }
  void operator()(const SearchOr& any) const { each(any.terms); }
  void operator()(const SearchNot& negation) const { std::visit(*this, negation.term->node); }
  void operator()(const SearchComparison& comparison) const { found.push_back(comparison.field); }
  void operator()(const SearchIn& in) const { found.push_back(in.field); }
  void operator()(const SearchSubsearch&) const {}
  void each(const std::vector<SearchExpression>& terms) const {
    for (const SearchExpression& term : terms) std::visit(*this, term.node);
  }
};

struct Resolver {
  std::vector<SearchExpression>& terms;  // of the subsearches, in their order
  std::size_t& next;

  SearchExpression resolve(const SearchExpression& expression) const {
    SearchExpression out = std::visit(*this, expression.node);
    out.span = expression.span;
    return out;
  }
  SearchExpression operator()(const SearchAnd& all) const { return {SearchAnd{each(all.terms)}, {}}; }
  SearchExpression operator()(const SearchOr& any) const { return {SearchOr{each(any.terms)}, {}}; }
  SearchExpression operator()(const SearchNot& negation) const {
    return {SearchNot{std::make_shared<const SearchExpression>(resolve(*negation.term))}, {}};
  }
  SearchExpression operator()(const SearchComparison& comparison) const { return {comparison, {}}; }
  SearchExpression operator()(const SearchIn& in) const { return {in, {}}; }
  SearchExpression operator()(const SearchSubsearch&) const { return std::move(terms[next++]); }
  std::vector<SearchExpression> each(const std::vector<SearchExpression>& expressions) const {
    std::vector<SearchExpression> out;
    for (const SearchExpression& expression : expressions) out.push_back(resolve(expression));
    return out;
  }
};

}  // namespace

std::vector<const Pipeline*> subsearches_in(const SearchExpression& expression) {
  std::vector<const Pipeline*> found;
  std::visit(Collector{found}, expression.node);
  return found;
}

std::vector<std::string> fields_in(const SearchExpression& expression) {
  std::vector<std::string> found;
  std::visit(FieldCollector{found}, expression.node);
  return found;
}

core::Result<SearchExpression> resolve(const SearchExpression& expression, const std::vector<Rows>& results,
                                       std::vector<std::string>& warnings) {
  std::vector<SearchExpression> terms;
  for (const Rows& rows : results) {
    RW_TRY(SearchExpression term, term_of(rows, warnings));
    terms.push_back(std::move(term));
  }
  RW_ASSERT(terms.size() == subsearches_in(expression).size());
  std::size_t next = 0;
  return Resolver{terms, next}.resolve(expression);
}

}  // namespace rw::detect::spl
