#include "daemon/detect/sigma/condition.h"

#include <catch2/catch.hpp>

namespace rw::detect::sigma {
namespace {

const std::vector<std::string> kNames = {"selection", "selection_1", "selection_2", "filter_main_a", "1st", "registry",
                                         "_hidden",   "all_things",  "of"};

std::string parsed(std::string_view text) {
  const auto condition = parse_condition(text, kNames);
  return condition.ok() ? print(*condition, kNames) : "error " + condition.error().message;
}

TEST_CASE("sigma condition: grammar") {
  const std::pair<const char*, const char*> cases[] = {
      {"selection", "selection"},
      {"1st", "1st"},
      {"all_things", "all_things"},
      {"of", "of"},
      {"  ( ( registry ) ) ", "registry"},
      {"selection and not filter_main_a", "selection and not filter_main_a"},
      // not binds closest, then and, then or
      {"selection or 1st and not registry", "selection or (1st and not registry)"},
      {"selection and 1st or registry", "(selection and 1st) or registry"},
      {"(selection or 1st) and registry", "(selection or 1st) and registry"},
      {"not (selection or 1st)", "not (selection or 1st)"},
      {"not not selection", "not not selection"},
      {"SELECTION", "error at 1: expected the name of a search of this rule, found 'SELECTION'"},
      {"selection AND NOT 1 OF filter_*", "selection and not 1 of (filter_main_a)"},
      {"1 of selection*", "1 of (selection, selection_1, selection_2)"},
      {"any of selection_*", "1 of (selection_1, selection_2)"},
      {"all of selection_*", "2 of (selection_1, selection_2)"},
      {"2 of selection*", "2 of (selection, selection_1, selection_2)"},
      {"1 of *_main_*", "1 of (filter_main_a)"},
      {"1 of selection", "1 of (selection)"},
      {"all of them", "8 of (selection, selection_1, selection_2, filter_main_a, 1st, registry, all_things, of)"},
      {"1 of Them", "1 of (selection, selection_1, selection_2, filter_main_a, 1st, registry, all_things, of)"},
      {"1 of _*", "1 of (_hidden)"},
      {"_hidden", "_hidden"},
      {"selection\n  and 1st", "selection and 1st"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(parsed(text) == expected);
  }
}

TEST_CASE("sigma condition: errors say where and what") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "at 1: expected the name of a search, not, `(`, or a quantity such as `1 of`, found the end"},
      {"selection and", "at 14: expected the name of a search, not, `(`, or a quantity such as `1 of`, found the end"},
      {"selection 1st", "at 11: expected and, or, or the end of the condition, found '1st'"},
      {"(selection", "at 11: expected `)`, found the end"},
      {"selection)", "at 10: expected and, or, or the end of the condition, found ')'"},
      {"1 of nothing*", "at 6: expected a pattern that names a search of this rule, found 'nothing*'"},
      {"1 of", "at 5: expected them or a pattern after `of`, found the end"},
      {"0 of them", "at 1: expected 1, any, all or a number of at least 1 before `of`, found '0'"},
      {"some of them", "at 1: expected 1, any, all or a number of at least 1 before `of`, found 'some'"},
      {"9 of selection*", "at 1: 9 of 'selection*', which names only 3 searches"},
      {"selection | count() by user > 5",
       "at 11: the aggregation 'count' is not supported: expected a correlation rule for it"},
      {"(selection | near registry)",
       "at 12: the aggregation 'near' is not supported: expected a correlation rule for it"},
      {"near selection", "at 1: `near` is not supported: expected a correlation rule for it"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(parsed(text) == std::string("error ") + expected);
  }
}

TEST_CASE("sigma condition: limits") {
  const auto code = [](const std::string& text) { return parse_condition(text, kNames).error().code; };
  CHECK(code(std::string(1'000'000, '(')) == core::ErrorCode::kLimit);
  CHECK(code(std::string(1000, '(')) == core::ErrorCode::kLimit);
  std::string nots;
  for (int i = 0; i < 100; ++i) nots += "not ";
  CHECK(code(nots + "selection") == core::ErrorCode::kLimit);
  const std::string deep = std::string(50, '(') + "selection" + std::string(50, ')');
  CHECK(parsed(deep) == "selection");
}

}  // namespace
}  // namespace rw::detect::sigma
