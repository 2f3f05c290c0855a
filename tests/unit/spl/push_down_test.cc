// Which tests of the commands after a tstats the events are asked already.
#include <catch2/catch.hpp>

#include <string>

#include "daemon/detect/compile.h"

namespace rw::detect {
namespace {

// The filter of the events in the plan of a tstats with these commands; empty: it has none.
std::string filter_with(const std::string& commands, const std::string& options = "fillnull_value=null ") {
  const auto search = compile_spl("| tstats " + options +
                                      "count FROM datamodel=Endpoint.Registry BY Registry.registry_value_data "
                                      "Registry.process_guid Registry.user | rename Registry.* AS * | " +
                                      commands,
                                  Macros::builtin());
  INFO(commands);
  REQUIRE(search.ok());
  const std::string plan = (*search)->explain_plan();
  const std::size_t begin = plan.find("  where ");
  if (begin == std::string::npos || begin > plan.find("  by ")) return {};
  return plan.substr(begin + 8, plan.find('\n', begin) - begin - 8);
}

TEST_CASE("tests of group-by values are asked of the events") {
  CHECK(filter_with("where len(registry_value_data) > 512") == "registry_value_data of 513 characters or more");
  CHECK(filter_with("where 80 >= len(user) AND match(user, \"^a\")") ==
        "user of 0 to 80 characters AND user =~ \"^a\"");
  CHECK(filter_with("where len(user) = 3.5") == "");
  CHECK(filter_with("where user = \"Kim\"") == "user == \"Kim\"");
  CHECK(filter_with("regex user=\"^k\"") == "user =~ \"^k\"");
  // Through what eval has set, and what became of the columns in between.
  CHECK(filter_with("eval n=len(user) | where n < 5") == "user of 0 to 4 characters");
  CHECK(filter_with("eval v=if(match(user, \"k\"), \"yes\", \"no\") | where v=\"yes\"") == "user =~ \"k\"");
  CHECK(filter_with("rename user AS who | where who=\"Kim\"") == "user == \"Kim\"");
}

TEST_CASE("tests that an event cannot be asked stay with the rows") {
  // Numbers compare as numbers, NOT and OR keep more, a count is none of the event's.
  for (const char* commands :
       {"where user = \"5\"", "where NOT match(user, \"a\")", "where user=\"a\" OR len(user) > 3", "where count > 5",
        "regex user!=\"a\"", "eval user=\"x\" | where user=\"x\"", "eval n=len(user), n=3 | where n=3",
        "eval n=len(user) | rename registry_value_data AS user | where n > 5", "head 3 | where len(user) > 5",
        "eval v=if(match(user, \"k\"), \"no\", \"no\") | where v=\"no\""}) {
    INFO(commands);
    CHECK(filter_with(commands) == "");
  }
  // A null process_guid shows as the text `null`, which passes here: its events must stay.
  CHECK(filter_with("where len(process_guid) < 10") == "");
  CHECK(filter_with("where len(process_guid) > 10") == "process_guid of 11 characters or more");
}

}  // namespace
}  // namespace rw::detect
