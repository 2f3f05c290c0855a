#include "daemon/detect/macros.h"

#include <utility>

namespace rw::detect {

Macros Macros::builtin() {
  Macros macros;
  macros.add({"summariesonly_config", {}, "false"});
  macros.add({"oldsummaries_config", {}, "true"});
  macros.add({"fillnull_config", {}, "null"});
  macros.add({"security_content_summariesonly",
              {},
              "summariesonly=`summariesonly_config` allow_old_summaries=`oldsummaries_config` "
              "fillnull_value=`fillnull_config`"});
  macros.add({"security_content_ctime", {"field"}, R"(convert timeformat="%Y-%m-%dT%H:%M:%S" ctime($field$))"});
  macros.add({"drop_dm_object_name", {"object"}, R"(rename "$object$.*" as *)"});
  return macros;
}

void Macros::add(Macro macro) {
  std::pair<std::string, std::size_t> key(macro.name, macro.arguments.size());
  macros_.insert_or_assign(std::move(key), std::move(macro));
}

const Macro* Macros::find(std::string_view name, std::size_t arguments) const {
  const auto it = macros_.find(std::pair<std::string, std::size_t>(name, arguments));
  return it == macros_.end() ? nullptr : &it->second;
}

std::vector<Macro> Macros::of_file(std::string_view file) const {
  std::vector<Macro> macros;
  for (const auto& [key, macro] : macros_) {
    if (macro.file == file) macros.push_back(macro);
  }
  return macros;
}

}  // namespace rw::detect
