#include "daemon/ingest/normalize/registry_path.h"

namespace rw::ingest {

KeyAndValue split_value_path(std::string_view path) {
  const std::size_t slash = path.rfind('\\');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) return {path, {}};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

Account split_account(std::string_view account) {
  const std::size_t slash = account.rfind('\\');
  if (slash == std::string_view::npos) return {{}, account};
  return {account.substr(0, slash), account.substr(slash + 1)};
}

}  // namespace rw::ingest
