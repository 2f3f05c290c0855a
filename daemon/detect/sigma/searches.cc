#include "daemon/detect/sigma/searches.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/simplify.h"

namespace rw::detect::sigma {
namespace {

constexpr std::string_view kCondition = "condition";
// What one rule may hold before anything is simplified.
constexpr std::size_t kMaxTests = 20'000;

class SectionReader {
 public:
  SectionReader(const yaml::Node& section, std::string_view what, const Options& options, core::Problems& problems)
      : section_(section), what_(what), options_(options), problems_(problems) {}

  std::optional<Searches> read(const std::vector<std::string_view>& other_keys) {
    const std::size_t before = problems_.size();
    Searches out{.at = section_};
    for (const yaml::Entry& entry : section_.entries()) {
      if (entry.key == kCondition || std::ranges::find(other_keys, entry.key) != other_keys.end()) continue;
      if (entry.key == "timeframe") {
        entry.key_node.report(problems_, "timeframe is not supported: expected a correlation rule for it");
        continue;
      }
      out.searches.push_back({entry.key, read_search(entry)});
    }
    if (out.searches.empty() && problems_.size() == before) {
      section_.report(problems_, fmt::format("{}: expected at least one search", what_));
    }
    read_conditions(out);
    if (problems_.size() > before) return std::nullopt;
    return out;
  }

 private:
  std::vector<std::vector<FieldTest>> read_search(const yaml::Entry& entry) {
    std::vector<std::vector<FieldTest>> any_of;
    const auto add = [&](const yaml::Node& node) {
      std::vector<FieldTest> tests;
      if (node.is_map()) {
        tests = read_map(node);
      } else if (auto keyword = read_keyword(node, options_, problems_)) {
        tests.push_back(*std::move(keyword));
      }
      any_of.push_back(std::move(tests));
    };
    const yaml::Node& value = entry.value;
    const bool empty =
        value.is_null() || (value.is_map() && value.entries().empty()) || (value.is_list() && value.items().empty());
    if (empty) {
      value.report(problems_, fmt::format("{}.{}: expected a map of fields, a list of maps or keywords, found nothing",
                                          what_, entry.key));
    } else if (value.items().size() > kMaxPredicateTests) {
      value.report(problems_, fmt::format("{}.{}: {} maps or keywords, expected at most {}", what_, entry.key,
                                          value.items().size(), kMaxPredicateTests));
    } else if (value.is_list()) {
      for (const yaml::Node& item : value.items()) {
        if (item.is_list()) {
          item.report(problems_,
                      fmt::format("{}.{}: expected maps or keywords in this list, found a list", what_, entry.key));
        } else {
          add(item);
        }
      }
    } else {
      add(value);
    }
    return any_of;
  }

  std::vector<FieldTest> read_map(const yaml::Node& map) {
    std::vector<FieldTest> tests;
    for (const yaml::Entry& entry : map.entries()) {
      if (auto test = read_field_test(entry, options_, problems_)) tests.push_back(*std::move(test));
    }
    return tests;
  }

  void read_conditions(Searches& out) {
    const yaml::Node node = section_[kCondition];
    if (!node.present() || node.is_null()) {
      section_.report(problems_, fmt::format("{}.condition is missing: expected how the searches go together", what_));
      return;
    }
    std::vector<std::string> names;
    for (const NamedSearch& search : out.searches) names.push_back(search.name);
    std::vector<yaml::Node> nodes;
    if (node.is_list()) {
      nodes = node.items();
    } else {
      nodes.push_back(node);
    }
    if (nodes.empty()) node.report(problems_, fmt::format("{}.condition: expected a text, found an empty list", what_));
    for (const yaml::Node& each : nodes) {
      if (!each.is_scalar()) {
        each.report(problems_, fmt::format("{}.condition: expected a text", what_));
        continue;
      }
      auto condition = parse_condition(each.text(), names);
      if (condition.ok()) {
        out.conditions.push_back({each, std::move(condition).value()});
      } else {
        each.report(problems_, fmt::format("{}.condition {}", what_, condition.error().message));
      }
    }
  }

  const yaml::Node& section_;
  const std::string_view what_;
  const Options& options_;
  core::Problems& problems_;
};

class Binder {
 public:
  Binder(const Searches& searches, cim::Dataset dataset) : searches_(searches), dataset_(dataset) {}

  core::Result<Predicate> bind() {
    Any any;
    for (const Searches::Written& written : searches_.conditions) {
      RW_TRY(Predicate predicate, bind(written.condition));
      any.terms.push_back(std::move(predicate));
    }
    return Predicate{std::move(any)};
  }

 private:
  core::Result<Predicate> bind(const Condition& condition) {
    if (const auto* holds = std::get_if<SearchHolds>(&condition.node)) return search(holds->search);
    if (const auto* negation = std::get_if<ConditionNot>(&condition.node)) {
      RW_TRY(Predicate term, bind(*negation->term));
      return negated(std::move(term));
    }
    if (const auto* all = std::get_if<ConditionAll>(&condition.node)) {
      RW_TRY(std::vector<Predicate> terms, bind(all->terms));
      return Predicate{All{std::move(terms)}};
    }
    if (const auto* any = std::get_if<ConditionAny>(&condition.node)) {
      RW_TRY(std::vector<Predicate> terms, bind(any->terms));
      return Predicate{Any{std::move(terms)}};
    }
    const auto& at_least = std::get<AtLeast>(condition.node);
    return some_of(at_least.searches, 0, at_least.count);
  }

  core::Result<std::vector<Predicate>> bind(const std::vector<Condition>& conditions) {
    std::vector<Predicate> terms;
    for (const Condition& each : conditions) {
      RW_TRY(Predicate term, bind(each));
      terms.push_back(std::move(term));
    }
    return terms;
  }

  // At least `count` of the searches from `first` on: this one and one fewer of the rest, or so many of the rest.
  core::Result<Predicate> some_of(const std::vector<std::size_t>& searches, std::size_t first, std::size_t count) {
    const std::size_t left = searches.size() - first;
    if (count == 1 || count == left) {
      std::vector<Predicate> terms;
      for (std::size_t i = first; i < searches.size(); ++i) {
        RW_TRY(Predicate term, search(searches[i]));
        terms.push_back(std::move(term));
      }
      return count == left ? Predicate{All{std::move(terms)}} : Predicate{Any{std::move(terms)}};
    }
    RW_TRY(Predicate this_one, search(searches[first]));
    RW_TRY(Predicate fewer, some_of(searches, first + 1, count - 1));
    RW_TRY(Predicate others, some_of(searches, first + 1, count));
    return Predicate{Any{{Predicate{All{{std::move(this_one), std::move(fewer)}}}, std::move(others)}}};
  }

  core::Result<Predicate> search(std::size_t index) {
    Any any;
    for (const std::vector<FieldTest>& tests : searches_.searches[index].any_of) {
      All all;
      for (const FieldTest& test : tests) {
        RW_TRY(Predicate predicate, field_test(test));
        all.terms.push_back(std::move(predicate));
      }
      any.terms.emplace_back(Predicate{std::move(all)});
    }
    return Predicate{std::move(any)};
  }

  core::Result<Predicate> field_test(const FieldTest& test) {
    std::vector<Predicate> values;
    for (const std::vector<Test>& alternatives : test.values) {
      Any any;
      for (const Test& each : alternatives) {
        if (test.field.empty()) {
          const auto fields = cim::event_fields(dataset_);
          RW_CHECK(count(fields.size()));
          for (const cim::Field& field : fields) any.terms.push_back(bind_test(each, &field));
        } else {
          RW_CHECK(count(1));
          any.terms.push_back(bind_test(each, event_field(dataset_, test.field)));
        }
      }
      values.push_back({std::move(any)});
    }
    Predicate predicate = test.all ? Predicate{All{std::move(values)}} : Predicate{Any{std::move(values)}};
    return test.negated ? negated(std::move(predicate)) : std::move(predicate);
  }

  // There, and not the dash that stands for nothing.
  static Predicate present(const cim::Field* field) {
    return {All{{{Exists{field}}, negated({Matches{field, core::TextPattern::exact("-")}})}}};
  }

  Predicate bind_test(const Test& test, const cim::Field* field) const {
    if (std::holds_alternative<IsEmpty>(test)) return field == nullptr ? always() : negated(present(field));
    if (field == nullptr) return never();
    if (std::holds_alternative<IsPresent>(test)) return present(field);
    if (const auto* number = std::get_if<ComparesNumber>(&test)) {
      return {Compares{field, number->op, number->constant, true}};
    }
    if (const auto* same = std::get_if<SameAs>(&test)) {
      const cim::Field* other = event_field(dataset_, same->field);
      return other == nullptr ? never() : Predicate{Same{field, other, same->case_rule}};
    }
    const auto& text = std::get<core::TextTest>(test);
    return text.is_any() ? Predicate{Exists{field}} : Predicate{Matches{field, text}};
  }

  core::Result<void> count(std::size_t more) {
    tests_ += more;
    if (tests_ <= kMaxTests) return {};
    return core::Error{core::ErrorCode::kLimit,
                       fmt::format("the condition makes more than {} tests of its searches", kMaxTests)};
  }

  const Searches& searches_;
  const cim::Dataset dataset_;
  std::size_t tests_ = 0;
};

// Names that other log collectors give fields of the System section, as rules are written for them too.
struct OtherName {
  std::string_view name;
  std::string_view field;
};
constexpr std::array kOtherNames = {
    OtherName{"ComputerName", "Computer"},  OtherName{"Hostname", "Computer"},
    OtherName{"EventLog", "Channel"},       OtherName{"LogName", "Channel"},
    OtherName{"Provider", "Provider_Name"}, OtherName{"SourceName", "Provider_Name"},
};

}  // namespace

std::optional<Searches> read_searches(const yaml::Node& section, std::string_view what,
                                      const std::vector<std::string_view>& other_keys, const Options& options,
                                      core::Problems& problems) {
  return SectionReader(section, what, options, problems).read(other_keys);
}

core::Result<Predicate> predicate_of(const Searches& searches, cim::Dataset dataset) {
  return Binder(searches, dataset).bind();
}

const cim::Field* event_field(cim::Dataset dataset, std::string_view name) {
  if (const cim::Field* field = cim::find_event_field(dataset, name)) return field;
  const auto other = std::ranges::find(kOtherNames, name, &OtherName::name);
  return other == kOtherNames.end() ? nullptr : cim::find_event_field(dataset, other->field);
}

}  // namespace rw::detect::sigma
