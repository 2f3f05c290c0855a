// Choosing and testing: if, case, coalesce, isnull, …
#include <cstdint>
#include <string>
#include <variant>

#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

Value boolean_value(bool value) { return std::int64_t{value ? 1 : 0}; }
bool is_true(const Value& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr && *integer != 0;
}

Value apply_if(const CallContext&, Arguments a) { return is_true(a[0]) ? a[1] : a[2]; }

// The value beside the first test that is true.
Value apply_case(const CallContext&, Arguments a) {
  for (std::size_t i = 0; i + 1 < a.size(); i += 2) {
    if (is_true(a[i])) return a[i + 1];
  }
  return {};
}

// The value beside the first test that is false.
Value validate(const CallContext&, Arguments a) {
  for (std::size_t i = 0; i + 1 < a.size(); i += 2) {
    if (!a[i].is_null() && !is_true(a[i])) return a[i + 1];
  }
  return {};
}

Value coalesce(const CallContext&, Arguments a) {
  for (const Value& each : a) {
    if (!each.is_null()) return each;
  }
  return {};
}

Value nullif(const CallContext&, Arguments a) { return compare_values(a[0], a[1]) == 0 ? Value() : a[0]; }

Value in(const CallContext&, Arguments a) {
  bool unknown = a[0].is_null();
  for (const Value& each : a.subspan(1)) {
    if (!a[0].is_null() && !each.is_null() && compare_values(a[0], each) == 0) return boolean_value(true);
    unknown = unknown || each.is_null();
  }
  return unknown ? Value() : boolean_value(false);
}

Value isnull(const CallContext&, Arguments a) { return boolean_value(a[0].is_null()); }
Value isnotnull(const CallContext&, Arguments a) { return boolean_value(!a[0].is_null()); }
Value isnum(const CallContext&, Arguments a) { return boolean_value(number_of(a[0]).has_value()); }
Value isint(const CallContext&, Arguments a) {
  const auto number = number_of(a[0]);
  return boolean_value(number && std::holds_alternative<std::int64_t>(value_of_number(*number)));
}
Value isstr(const CallContext&, Arguments a) {
  return boolean_value(std::holds_alternative<std::string>(a[0]) && !number_of(a[0]));
}
// Values know no booleans, so none is one.
Value isbool(const CallContext&, Arguments) { return boolean_value(false); }

Value type_of(const CallContext&, Arguments a) {
  if (a[0].is_null()) return std::string("Invalid");
  if (std::holds_alternative<std::vector<std::string>>(a[0])) return std::string("Multivalue");
  return std::string(std::holds_alternative<std::string>(a[0]) ? "String" : "Number");
}

Value apply_true(const CallContext&, Arguments) { return boolean_value(true); }
Value apply_false(const CallContext&, Arguments) { return boolean_value(false); }
Value null(const CallContext&, Arguments) { return {}; }

constexpr Function kLogicFunctions[] = {
    {"if", kValueType, "bvv", "", "", apply_if},        {"case", kValueType, "bv", "", "bv", apply_case},
    {"validate", kValueType, "bv", "", "bv", validate}, {"coalesce", kValueType, "v", "", "v", coalesce},
    {"nullif", kValueType, "vv", "", "", nullif},       {"in", kBooleanType, "vv", "", "v", in},
    {"isnull", kBooleanType, "v", "", "", isnull},      {"isnotnull", kBooleanType, "v", "", "", isnotnull},
    {"isnum", kBooleanType, "v", "", "", isnum},        {"isint", kBooleanType, "v", "", "", isint},
    {"isbool", kBooleanType, "v", "", "", isbool},      {"typeof", kValueType, "v", "", "", type_of},
    {"isstr", kBooleanType, "v", "", "", isstr},        {"true", kBooleanType, "", "", "", apply_true},
    {"false", kBooleanType, "", "", "", apply_false},   {"null", kValueType, "", "", "", null},
};

}  // namespace

std::span<const Function> logic_functions() { return kLogicFunctions; }

}  // namespace rw::detect::spl
