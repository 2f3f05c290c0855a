// SPL macros: `name` and `name(argument, …)` in backquotes, replaced as text before parsing (nested, to a limit).
// Looked up by name and number of arguments.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rw::detect {

struct Macro {
  std::string name;
  std::vector<std::string> arguments;
  std::string definition;  // $argument$ stands for the argument
  std::string file = {};   // where it stands; empty: built in
};

class Macros {
 public:
  // With the macros that every ESCU search uses: security_content_summariesonly and its three *_config macros,
  // security_content_ctime(1), drop_dm_object_name(1) (which belongs to Splunk's CIM add-on).
  static Macros builtin();

  // A later macro replaces an earlier one with the same name and number of arguments.
  void add(Macro macro);
  // nullptr: there is none.
  const Macro* find(std::string_view name, std::size_t arguments) const;
  std::vector<Macro> of_file(std::string_view file) const;

 private:
  std::map<std::pair<std::string, std::size_t>, Macro> macros_;
};

}  // namespace rw::detect
