// What this program is: its version, the commit it was built from, and the libraries it runs with. The one place that
// looks at every library: what is linked is nobody else's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rw::about {

struct Library {
  std::string name;
  std::string version;  // of the one that is loaded where it tells, else of the one it was built with
};

// In the order of their names.
std::vector<Library> libraries();

// Twelve hex digits, with "+" behind them where the sources had changes that were not committed; "unknown": neither git
// nor an archive made by git told it.
std::string_view commit();

// For people: the first line is "regwarden VERSION", then the commit, then one library a line.
std::string version_text();

}  // namespace rw::about
