#include "daemon/cim/record.h"

namespace rw::cim {

std::string_view action_name(RegistryAction action) {
  switch (action) {
    case RegistryAction::kCreated:
      return "created";
    case RegistryAction::kModified:
      return "modified";
    case RegistryAction::kDeleted:
      return "deleted";
    case RegistryAction::kUnknown:
      break;
  }
  return {};
}

}  // namespace rw::cim
