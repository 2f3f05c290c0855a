#include "daemon/about/about.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <sqlite3.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "daemon/core/version.h"

namespace rw::about {
namespace {

// Shared libraries are replaced under us by updates of the system: both are told where they differ.
std::string loaded(std::string_view now, std::string_view built_with) {
  return now == built_with ? std::string(now) : fmt::format("{} (built with {})", now, built_with);
}

}  // namespace

std::vector<Library> libraries() {
  return {{"argon2", RW_ARGON2_VERSION},
          {"Boost", RW_BOOST_VERSION},
          {"CLI11", RW_CLI11_VERSION},
          {"cpp-httplib", RW_HTTPLIB_VERSION},
          {"date", RW_DATE_VERSION},
          {"fmt", RW_FMT_VERSION},
          {"libcurl", loaded(curl_version_info(CURLVERSION_NOW)->version, LIBCURL_VERSION)},
          {"libseccomp", RW_SECCOMP_VERSION},
          {"libsystemd", RW_SYSTEMD_VERSION},
          {"nlohmann-json", RW_JSON_VERSION},
          {"OpenSSL", loaded(OpenSSL_version(OPENSSL_VERSION_STRING), OPENSSL_VERSION_STR)},
          {"RE2", RW_RE2_VERSION},
          {"simdjson", RW_SIMDJSON_VERSION},
          {"spdlog", RW_SPDLOG_VERSION},
          {"SQLite", loaded(sqlite3_libversion(), SQLITE_VERSION)},
          {"xxHash", RW_XXHASH_VERSION},
          {"yaml-cpp", RW_YAML_CPP_VERSION},
          {"zlib", loaded(zlibVersion(), ZLIB_VERSION)},
          {"zstd", loaded(ZSTD_versionString(), ZSTD_VERSION_STRING)}};
}

std::string version_text() {
  const std::vector<Library> all = libraries();
  std::size_t width = 0;
  for (const Library& library : all) width = std::max(width, library.name.size());
  std::string text = fmt::format("regwarden {}\n{:<{}}  {}\n", core::kVersion, "commit", width, commit());
  for (const Library& library : all) text += fmt::format("{:<{}}  {}\n", library.name, width, library.version);
  text.pop_back();  // whoever prints it ends the line
  return text;
}

}  // namespace rw::about
