#include "storage/sqlite/sieve_filter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/sqlite/columns.h"

namespace rw::storage::sqlite {

class SieveFilter::Compiler {
 public:
  Compiler(cim::Dataset dataset, std::vector<std::unique_ptr<Facet>>& facets, std::vector<std::size_t>& used)
      : dataset_(dataset), facets_(facets), used_(used) {}

  Node compile(const Predicate& predicate) {
    return std::visit([&](const auto& node) { return (*this)(node); }, predicate.node);
  }

 private:
  Node operator()(const All& all) { return {.kind = Kind::kAll, .terms = compile(all.terms)}; }
  Node operator()(const Any& any) { return {.kind = Kind::kAny, .terms = compile(any.terms)}; }
  Node operator()(const Not& negation) {
    Node node{.kind = Kind::kNot};
    node.terms.push_back(compile(*negation.term));
    return node;
  }
  Node operator()(const Matches& matches) {
    if (matches.test.is_any()) return test(*matches.field, FieldTest::Presence());
    return test(*matches.field, matches.test);
  }
  Node operator()(const Exists& exists) { return test(*exists.field, FieldTest::Presence()); }
  Node operator()(const Compares& compares) {
    return test(*compares.field, FieldTest::Comparison{compares.op, compares.constant, compares.numbers_only});
  }
  // Needs two texts of one event side by side: left to the query.
  Node operator()(const Same&) { return {.kind = Kind::kUnclear}; }

  std::vector<Node> compile(const std::vector<Predicate>& terms) {
    std::vector<Node> nodes;
    nodes.reserve(terms.size());
    for (const Predicate& term : terms) nodes.push_back(compile(term));
    return nodes;
  }

  Node test(const cim::Field& field, decltype(FieldTest::test) wanted) {
    const FieldTest test{std::move(wanted), field.fill == cim::Fill::kUnknown};
    const Column column = column_of(dataset_, field);
    switch (column.place) {
      case Place::kNowhere:
        return settled(test.passes(std::nullopt));
      case Place::kConstant:
        return settled(test.passes(column.sql));
      case Place::kTerm:
        return numbered(Facet::Kind::kTerm, column.sql, "term", texts_of(column), test);
      case Place::kMixed:
        return numbered(Facet::Kind::kMixed, column.sql, "term", texts_of(column), test);
      case Place::kText:
        return numbered(Facet::Kind::kText, column.sql, "term", texts_of(column), test);
      case Place::kPath:
      case Place::kActor:
      case Place::kSource: {
        const Dimension dimension = dimension_of(column.place);
        return numbered(Facet::Kind::kRow, dimension.key, dimension.table, {std::string(column.sql), {}}, test);
      }
      case Place::kTime:
      case Place::kList:
        break;
    }
    return {.kind = Kind::kUnclear};
  }

  static Node settled(bool passes) { return {.kind = passes ? Kind::kAlways : Kind::kNever}; }

  static Facet::TextSql texts_of(const Column& column) {
    return {part_of(column, "text"), part_of_own(column, "text")};
  }

  Node numbered(Facet::Kind kind, std::string_view column, std::string_view table, const Facet::TextSql& text,
                const FieldTest& test) {
    std::size_t facet = 0;
    while (facet < facets_.size() && (facets_[facet]->kind() != kind || facets_[facet]->column() != column)) ++facet;
    if (facet == facets_.size()) {
      facets_.push_back(std::make_unique<Facet>(kind, std::string(column), std::string(table)));
    }
    if (std::find(used_.begin(), used_.end(), facet) == used_.end()) used_.push_back(facet);
    return {
        .kind = Kind::kTest, .facet = static_cast<std::uint32_t>(facet), .test = facets_[facet]->add_test(text, test)};
  }

  const cim::Dataset dataset_;
  std::vector<std::unique_ptr<Facet>>& facets_;
  std::vector<std::size_t>& used_;
};

SieveFilter::SieveFilter(cim::Dataset dataset, const Predicate& where, std::vector<std::unique_ptr<Facet>>& facets) {
  root_ = Compiler(dataset, facets, used_).compile(where);
}

}  // namespace rw::storage::sqlite
