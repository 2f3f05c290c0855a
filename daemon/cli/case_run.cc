#include "daemon/cli/case_run.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/cli/event_import.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/search.h"
#include "daemon/scheduler/tick_sieves.h"
#include "storage/sqlite/store.h"
#include "storage/writer.h"

namespace rw::cli {
namespace {

namespace fs = std::filesystem;

const cim::Window kAllTime{core::from_us(0), core::from_us(std::int64_t{4'102'444'800} * 1'000'000)};  // to 2100

// A folder that goes away with the object.
class ScratchFolder {
 public:
  static core::Result<std::unique_ptr<ScratchFolder>> create() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    std::string path = (parent / "regwarden-case-XXXXXX").string();
    if (error || ::mkdtemp(path.data()) == nullptr) {
      return core::Error{core::ErrorCode::kIo, "cannot create a folder like " + path, "set TMPDIR"};
    }
    return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path)));
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

core::Result<void> import_files(storage::Store& store, const std::vector<std::string>& files,
                                core::Counters& counters) {
  RW_TRY(auto session, store.open_writer());
  storage::Writer writer(std::move(session), {}, counters);
  EventImport import(writer, counters);
  for (const std::string& file : files) RW_CHECK(import.add_file(file));
  return {};
}  // the writer has committed everything

bool is_filled(const storage::Value& value) {
  const auto texts = detect::texts_of(value);
  return std::ranges::any_of(texts, [](const auto& text) { return !text.empty() && text != "null"; });
}

// Empty: passed.
std::string escu_fault(const detect::Detection& detection, const storage::Table& table) {
  if (table.rows.empty()) return "expected at least one row, found none";
  std::vector<std::size_t> columns;
  for (const detect::RiskObject& object : detection.risk_objects) {
    const auto column = std::ranges::find(table.columns, object.field);
    if (column == table.columns.end()) return fmt::format("risk object {}: the rows have no such column", object.field);
    columns.push_back(static_cast<std::size_t>(column - table.columns.begin()));
  }
  std::string missing;
  for (const auto& row : table.rows) {
    const auto empty = std::ranges::find_if(columns, [&](std::size_t column) { return !is_filled(row[column]); });
    if (empty == columns.end()) return {};
    missing = table.columns[*empty];
  }
  return fmt::format("risk object {}: not filled in any of {} rows", missing, table.rows.size());
}

std::int64_t matches_of(const storage::Table& table) {
  const auto column = std::ranges::find(table.columns, "count");
  if (column == table.columns.end()) return static_cast<std::int64_t>(table.rows.size());
  std::int64_t sum = 0;
  for (const auto& row : table.rows) {
    const auto number = detect::number_of(row[static_cast<std::size_t>(column - table.columns.begin())]);
    if (number) sum += static_cast<std::int64_t>(*number);
  }
  return sum;
}

std::string sigma_fault(const TestCase& test, std::int64_t matches) {
  if (test.match_count) {
    // More are no fault, as for Sigma's own runner: some cases state fewer than their files hold.
    if (matches >= *test.match_count) return {};
    return fmt::format("expected {} matching events, found {}", *test.match_count, matches);
  }
  return matches > 0 ? std::string() : "expected at least one matching event, found none";
}

class CaseRun {
 public:
  CaseRun(const TestCase& test, const CaseMeans& means) : test_(test), means_(means) {}

  core::Result<void> run(CaseResult& result) {
    RW_TRY(const auto folder, ScratchFolder::create());
    RW_TRY(const auto store, storage::sqlite::open({.data_dir = folder->path()}));
    core::Counters counters;
    RW_CHECK(import_files(*store, test_.files, counters));
    RW_TRY(const auto reader, store->open_reader());
    RW_TRY(const auto found, search(*test_.detection, *store, *reader, nullptr));

    const bool sigma = test_.detection->source == "sigma";
    result.matches = sigma ? matches_of(found.table) : static_cast<std::int64_t>(found.table.rows.size());
    result.reason = sigma ? sigma_fault(test_, result.matches) : escu_fault(*test_.detection, found.table);
    if (sigma) RW_CHECK(try_others(*store, *reader, result));
    result.verdict = result.reason.empty() ? Verdict::kPass : Verdict::kFail;
    if (result.verdict == Verdict::kFail) {
      result.reason += fmt::format(
          " ({} registry and {} process events, {} rejected)", counters.value(core::Counter::kRegistryStored),
          counters.value(core::Counter::kProcessStored), counters.value(core::Counter::kRejected));
    }
    return {};
  }

 private:
  core::Result<detect::SearchResult> search(const detect::Detection& detection, const storage::Store& store,
                                            storage::Reader& reader, const detect::SiftedQueries* sifted) {
    return detection.search->run({.reader = reader,
                                  .dialect = store.dialect(),
                                  .window = kAllTime,
                                  .zone = means_.zone,
                                  .now = core::SystemClock().now(),
                                  .limits = means_.limits,
                                  .sifted = sifted});
  }

  core::Result<void> try_others(const storage::Store& store, storage::Reader& reader, CaseResult& result) {
    scheduler::TickSieves sieves(reader);
    RW_TRY(const auto* sifted, sieves.sift(means_.others, kAllTime, means_.limits));
    for (const auto& other : means_.others) {
      if (other == test_.detection) continue;
      const auto found = search(*other, store, reader, sifted);
      if (!found.ok()) return core::Error{found.error().code, other->name + ": " + found.error().message};
      if (!found->table.rows.empty() && matches_of(found->table) > 0) result.also_fired.push_back(other->name);
    }
    return {};
  }

  const TestCase& test_;
  const CaseMeans& means_;
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "passed";
    case Verdict::kFail:
      return "failed";
    case Verdict::kSkip:
      break;
  }
  return "skipped";
}

CaseResult run_case(const TestCase& test, const CaseMeans& means) {
  CaseResult result;
  result.test = test;
  result.reason = test.skipped;
  if (!test.skipped.empty()) return result;
  const auto start = std::chrono::steady_clock::now();
  if (const auto run = CaseRun(test, means).run(result); !run.ok()) {
    result.verdict = Verdict::kFail;
    result.reason = core::render(run.error());
  }
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  return result;
}

}  // namespace rw::cli
