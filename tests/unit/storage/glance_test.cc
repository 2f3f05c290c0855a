#include "storage/sqlite/glance.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/schema.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

constexpr std::chrono::seconds kGlancePatience{60};

// Names and sizes of all files.
std::map<std::string, std::uintmax_t> files_in(const std::string& folder) {
  std::map<std::string, std::uintmax_t> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.emplace(entry.path().filename().string(), entry.file_size());
  }
  return files;
}

// All of it in the file, so that the log may be taken away.
void make_database(const std::string& data_dir) {
  const auto store = must(sqlite::open({.data_dir = data_dir}));
  const auto file = sqlite::database_file(data_dir);
  auto connection = must(sqlite::Connection::open(file, sqlite::Connection::Mode::kReadWrite));
  must(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

}  // namespace

TEST_CASE("a glance tells the schema, and changes nothing") {
  const Folder folder;
  CHECK(sqlite::glance(folder.path(), kGlancePatience).error().code == core::ErrorCode::kNotFound);
  CHECK(sqlite::open_reader(folder.path()).error().code == core::ErrorCode::kNotFound);
  CHECK(files_in(folder.path()).empty());

  make_database(folder.path());
  for (const char* with : {"-wal", "-shm"}) {
    INFO("without " << with);
    const auto before = files_in(folder.path());
    const auto seen = must(sqlite::glance(folder.path(), kGlancePatience));
    CHECK(seen.schema_version == sqlite::newest_schema_version());
    CHECK(seen.newest_version == sqlite::newest_schema_version());
    CHECK(seen.faults.empty());
    CHECK(seen.is_whole);
    CHECK(must(must(sqlite::open_reader(folder.path()))->hosts()).empty());
    CHECK(files_in(folder.path()) == before);
    for (const char* file : {"-wal", "-shm"}) std::filesystem::remove(sqlite::database_file(folder.path()) + file);
  }
}

TEST_CASE("a glance at what is no database says so") {
  const Folder folder;
  std::ofstream(sqlite::database_file(folder.path())) << std::string(10'000, 'x');
  const auto seen = sqlite::glance(folder.path(), kGlancePatience);
  REQUIRE_FALSE(seen.ok());
  CHECK(seen.error().message.find("file is not a database") != std::string::npos);
  CHECK_FALSE(sqlite::open_reader(folder.path()).ok());
}

TEST_CASE("a database of another version is not read") {
  const Folder folder;
  {
    const auto file = sqlite::database_file(folder.path());
    auto connection = must(sqlite::Connection::open(file, sqlite::Connection::Mode::kReadWrite));
    must(sqlite::migrate(connection, sqlite::newest_schema_version() - 1));
  }
  CHECK(must(sqlite::glance(folder.path(), kGlancePatience)).schema_version == sqlite::newest_schema_version() - 1);
  const auto reader = sqlite::open_reader(folder.path());
  REQUIRE_FALSE(reader.ok());
  CHECK(reader.error().code == core::ErrorCode::kUnsupported);
}

TEST_CASE("names that mean something in a URI are names") {
  const Folder folder;
  const std::string odd = folder.path() + "/50% of #1?";
  make_database(odd);
  for (const char* file : {"-wal", "-shm"}) std::filesystem::remove(sqlite::database_file(odd) + file);
  CHECK(must(sqlite::glance(odd, kGlancePatience)).faults.empty());
}

}  // namespace rw::storage::test
