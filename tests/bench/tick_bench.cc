// What a tick of many detections costs: the sieve's look at the window and all searches on what it left, by events in
// the window, distinct paths, and detections. The detections are those of ESCU and SigmaHQ, or of the files and
// folders that REGWARDEN_BENCH_DETECTIONS names (separated by ':'). With REGWARDEN_BENCH_STORES=<folder> the databases
// are kept there and used again. The store is made up, or the one that REGWARDEN_BENCH_STORE names
// (tick_of_named_store).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/detection.h"
#include "daemon/detect/load.h"
#include "daemon/detect/tick.h"
#include "storage/sqlite/store.h"
#include "tests/bench/must.h"
#include "tests/bench/random.h"

namespace rw {
namespace {

using bench::hot;
using bench::mix;
using bench::must;
using Searches = std::vector<std::shared_ptr<const detect::Search>>;

constexpr std::int64_t kStart = 1'700'000'000'000'000;

// Keys where Windows itself writes all day and where detections look.
constexpr const char* kKeys[] = {
    R"(HKLM\System\CurrentControlSet\Services\svc{}\Parameters)",
    R"(HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\Area {})",
    R"(HKU\S-1-5-21-1004336348-1177238915-682003330-1001\SOFTWARE\Microsoft\Office\Part {})",
    R"(HKLM\SOFTWARE\Policies\Vendor\Product {})",
    R"(HKU\S-1-5-21-1004336348-1177238915-682003330-1001\SOFTWARE\Classes\Local {})",
    R"(HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\Tree {})",
    R"(HKLM\SOFTWARE\WOW6432Node\Vendor\Suite {})"};
constexpr const char* kImages[] = {R"(C:\Windows\System32\svchost.exe)", R"(C:\Windows\explorer.exe)",
                                   R"(C:\Program Files\Vendor\Suite {}\app.exe)", R"(C:\Windows\System32\msiexec.exe)",
                                   R"(C:\Windows\System32\services.exe)"};

struct StoreSize {
  std::int64_t events;     // in the window
  std::int64_t paths;      // distinct
  std::int64_t older = 0;  // events before the window
  auto operator<=>(const StoreSize&) const = default;
};

// A store of its own with `events` registry events of one hour, over `paths` distinct paths, and a tenth as many
// process events. About one in 50,000 is what "Disable AMSI Through Registry" looks for.
class Store {
 public:
  explicit Store(const StoreSize& size) : size_(size) {
    const char* kept_in = std::getenv("REGWARDEN_BENCH_STORES");
    kept_ = kept_in != nullptr;
    dir_ = (kept_ ? std::filesystem::path(kept_in) : std::filesystem::temp_directory_path()) /
           fmt::format("regwarden-bench-tick-{}-{}-{}", size.events, size.paths, size.older);
    const bool is_there = kept_ && std::filesystem::exists(dir_ / kWhole);
    if (!is_there) std::filesystem::remove_all(dir_);
    const storage::Retention forever{.events = {}, .findings = {}, .max_size_bytes = {}};
    store_ = must(storage::sqlite::open({.data_dir = dir_.string(), .retention = forever}));
    if (!is_there) fill();
    reader_ = must(store_->open_reader());
  }
  // A store that is there, which is only read: its events of this window.
  Store(const std::string& data_dir, const cim::Window& window)
      : window_(window),
        size_{},
        kept_(true),
        store_(must(storage::sqlite::open({.data_dir = data_dir, .create = false}))) {
    reader_ = must(store_->open_reader());
  }
  ~Store() {
    reader_.reset();
    store_.reset();
    if (!kept_) std::filesystem::remove_all(dir_);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  storage::Reader& reader() { return *reader_; }
  const storage::Dialect& dialect() const { return store_->dialect(); }
  const cim::Window& window() const { return window_; }

  // The one that REGWARDEN_BENCH_STORE names, with the window from REGWARDEN_BENCH_EARLIEST to REGWARDEN_BENCH_LATEST
  // in seconds since 1970.
  static Store& named() {
    const auto seconds = [](const char* variable) {
      const char* text = std::getenv(variable);
      return core::from_us(text != nullptr ? std::atoll(text) * 1'000'000 : 0);
    };
    static Store store(std::getenv("REGWARDEN_BENCH_STORE"),
                       {seconds("REGWARDEN_BENCH_EARLIEST"), seconds("REGWARDEN_BENCH_LATEST")});
    return store;
  }

  // The stores are kept from one measurement to the next: making one takes longer than measuring.
  static Store& of(const StoreSize& size) {
    static std::map<StoreSize, std::unique_ptr<Store>> stores;
    auto& store = stores[size];
    if (!store) store = std::make_unique<Store>(size);
    return *store;
  }

 private:
  static constexpr const char* kWhole = "whole";  // a file that says that the store is filled

  void fill() {
    const auto writer = must(store_->open_writer());
    const std::int64_t all = size_.older + size_.events;
    constexpr std::int64_t kStep = 20'000;
    for (std::int64_t at = 0; at < all; at += kStep) {
      storage::Batch batch;
      for (std::int64_t i = at; i < std::min(all, at + kStep); ++i) add(batch, i);
      must(writer->commit({&batch, 1}));
    }
    while (!must(writer->keep_up(window().latest)).finished) {
    }
    std::ofstream(dir_ / kWhole) << '\n';
  }

  void fill_base(cim::EventBase& base, std::int64_t number, std::uint64_t host, core::Arena& arena) const {
    base.time = core::from_us(kStart + (number - size_.older) * 3'600'000'000 / size_.events);
    base.received = base.time;
    base.record_id = static_cast<std::uint64_t>(number) + 1;
    base.source = {.computer = arena.copy(fmt::format("ws-{:02}.corp.example.test", host)),
                   .channel = "Microsoft-Windows-Sysmon/Operational",
                   .provider = "Microsoft-Windows-Sysmon",
                   .event_id = 13,
                   .event_type = "SetValue",
                   .envelope = R"({"Version":"2","Level":"4","RuleName":"-"})"};
  }

  void add(storage::Batch& batch, std::int64_t number) const {
    const std::int64_t paths = size_.paths;
    const std::uint64_t random = mix(static_cast<std::uint64_t>(number));
    const std::uint64_t process = hot(mix(random ^ 1), 4000);
    const std::uint64_t path =
        number < paths ? static_cast<std::uint64_t>(number) : hot(mix(random ^ 2), static_cast<std::uint64_t>(paths));
    core::Arena& arena = batch.arena;
    cim::RegistryRecord record;
    fill_base(record, number, process % 22, arena);
    record.action = cim::RegistryAction::kModified;
    record.key_name = arena.copy(fmt::format(fmt::runtime(kKeys[path % std::size(kKeys)]), path / 3));
    record.value_name = arena.copy(path % 11 == 0 ? std::string("Start") : fmt::format("Value_{}", path % 16));
    record.value_data = arena.copy(random % 3 == 0 ? fmt::format("0x{:08x}", random % 5)
                                                   : fmt::format(R"(C:\Vendor\component_{}.dll)", random % 900));
    if (number % 50'000 == 77) {
      record.key_name = R"(HKU\S-1-5-21-1\SOFTWARE\Microsoft\Windows Script\Settings)";
      record.value_name = "AmsiEnable";
      record.value_data = "0x00000000";
    }
    record.user = arena.copy(fmt::format("user{:03}", process % 60));
    record.user_domain = "CORP";
    record.process_path = arena.copy(fmt::format(fmt::runtime(kImages[process % std::size(kImages)]), process % 250));
    record.process_guid = arena.copy(fmt::format("{{2f1c0a11-{:04x}}}", process));
    record.process_id = arena.copy(std::to_string(1000 + process * 4));
    batch.registry.push_back(record);
    if (number % 10 != 0) return;
    cim::ProcessRecord started;
    fill_base(started, number, process % 22, arena);
    started.source.event_id = 1;
    started.source.event_type = {};
    started.record_id = static_cast<std::uint64_t>(size_.older + size_.events + number) + 1;
    started.process_path = record.process_path;
    started.process = arena.copy(fmt::format(R"("{}" /background /session={:x})", record.process_path, random));
    started.parent_process_path = kImages[random % 2];
    started.parent_process = kImages[random % 2];
    started.user = record.user;
    started.process_guid = arena.copy(fmt::format("{{{:x}}}", random));
    batch.processes.push_back(started);
  }

  const cim::Window window_{core::from_us(kStart), core::from_us(kStart) + std::chrono::hours(1)};
  const StoreSize size_;
  bool kept_;
  std::filesystem::path dir_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::Reader> reader_;
};

// Whether every query of the search, its joined ones too, has a filter. One without reads the whole window in any way.
bool is_filtered(const detect::Search& search) {
  for (const detect::EventQuery* query : search.queries()) {
    if (detect::is_always(query->where)) return false;
  }
  return true;
}

std::vector<std::shared_ptr<const detect::Detection>> load(std::vector<std::string> paths) {
  detect::LoadOptions options;
  options.builtin = false;
  options.paths = std::move(paths);
  core::Problems problems;
  return detect::load(options, problems)->detections();
}

// Rules of the usual kinds for what no event of a Store has.
Searches searches_without_match(std::int64_t count) {
  constexpr const char* kSelections[] = {
      R"(TargetObject|contains: '\Absent\Key {}\')",
      R"({{TargetObject|endswith: '\Absent\Value_{}', Details: 'DWORD (0x00000001)'}})",
      R"({{TargetObject|contains: '\CurrentVersion\', Details|contains: 'absent_{}.exe'}})",
      R"({{TargetObject|contains: '\Services\', Image|endswith: '\absent_{}.exe'}})"};
  if (count == 0) return {};
  const auto file = std::filesystem::temp_directory_path() / "regwarden-bench-tick-rules.yml";
  std::ofstream rules(file);
  for (std::int64_t i = 0; i < count; ++i) {
    rules << fmt::format(
        "{}title: Absent {}\nlogsource: {{product: windows, category: registry_set}}\ndetection:\n"
        "  selection:\n    {}\n  condition: selection\n",
        i == 0 ? "" : "---\n", i, fmt::format(fmt::runtime(kSelections[i % 4]), i));
  }
  rules.close();
  Searches list;
  for (const auto& detection : load({file.string()})) list.push_back(detection->search);
  std::filesystem::remove(file);
  if (static_cast<std::int64_t>(list.size()) != count || std::ranges::count(list, nullptr) != 0) std::abort();
  return list;
}

// The first `count` of the detections, which are sorted by name; `unfiltered`: also those with a query without filter.
Searches searches(std::int64_t count, bool unfiltered) {
  static const auto detections = [] {
    const char* named = std::getenv("REGWARDEN_BENCH_DETECTIONS");
    std::string paths = named != nullptr ? named : REGWARDEN_SHARED_DIR "/escu:" REGWARDEN_SHARED_DIR "/sigma";
    std::vector<std::string> split;
    while (!paths.empty()) {
      const std::size_t colon = paths.find(':');
      split.push_back(paths.substr(0, colon));
      paths.erase(0, colon == std::string::npos ? paths.size() : colon + 1);
    }
    return load(std::move(split));
  }();
  Searches list;
  for (const auto& detection : detections) {
    if (detection->search == nullptr || static_cast<std::int64_t>(list.size()) >= count) continue;
    if (unfiltered || is_filtered(*detection->search)) list.push_back(detection->search);
  }
  return list;
}

// The sizes that every benchmark is given.
enum Range : std::size_t { kEvents, kPaths, kDetections, kUnfiltered, kOlder, kAdded };

std::int64_t range(const benchmark::State& state, Range which) { return state.range(which); }

Store& store_of(const benchmark::State& state) {
  return Store::of({.events = range(state, kEvents), .paths = range(state, kPaths), .older = range(state, kOlder)});
}

Searches searches_of(const benchmark::State& state) {
  Searches list = searches(range(state, kDetections), range(state, kUnfiltered) != 0);
  const Searches added = searches_without_match(range(state, kAdded));
  list.insert(list.end(), added.begin(), added.end());
  return list;
}

detect::SearchContext context(Store& store, const detect::SiftedQueries* sifted) {
  static const core::TimeZone zone;
  const cim::Window window = store.window();
  return {store.reader(), store.dialect(), window, zone, window.latest, {}, sifted};
}

std::size_t run_all(Store& store, const Searches& list, const detect::SiftedQueries* sifted) {
  std::size_t rows = 0;
  for (const auto& search : list) rows += must(search->run(context(store, sifted))).table.rows.size();
  return rows;
}

// A later tick, when the sieve knows the paths.
void tick_of(benchmark::State& state, Store& store, const Searches& list) {
  detect::Tick sieve = must(detect::Tick::open(store.reader(), list));
  must(sieve.sift(store.window(), {}));
  std::size_t rows = 0;
  std::chrono::duration<double, std::milli> sifting{0};
  std::size_t whole = 0;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    const detect::SiftedQueries sifted = must(sieve.sift(store.window(), {}));
    sifting += std::chrono::steady_clock::now() - start;
    rows = run_all(store, list, &sifted);
    whole = 0;
    for (const auto& [query, left] : sifted) whole += !left.nothing && left.dialect == nullptr ? 1 : 0;
  }
  state.counters["detections"] = static_cast<double>(list.size());
  state.counters["rows"] = static_cast<double>(rows);
  state.counters["sift_ms"] = sifting.count() / static_cast<double>(state.iterations());
  state.counters["whole_window"] = static_cast<double>(whole);
}

void tick(benchmark::State& state) { tick_of(state, store_of(state), searches_of(state)); }

void tick_of_named_store(benchmark::State& state) { tick_of(state, Store::named(), searches(state.range(0), false)); }

// The first tick: patterns become automata, and every path is new.
void first_tick(benchmark::State& state) {
  Store& store = store_of(state);
  const Searches list = searches_of(state);
  for (auto _ : state) {
    detect::Tick sieve = must(detect::Tick::open(store.reader(), list));
    const detect::SiftedQueries sifted = must(sieve.sift(store.window(), {}));
    benchmark::DoNotOptimize(run_all(store, list, &sifted));
  }
}

// The same without a sieve: every search looks at the window itself.
void one_by_one(benchmark::State& state) {
  Store& store = store_of(state);
  const Searches list = searches_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(run_all(store, list, nullptr));
}

// A detection whose events the sieve has not found, beside the pass that all share.
void search_without_hit(benchmark::State& state) {
  Store& store = store_of(state);
  const Searches list = searches_of(state);
  detect::Tick sieve = must(detect::Tick::open(store.reader(), list));
  const detect::SiftedQueries sifted = must(sieve.sift(store.window(), {}));
  Searches without_hit;
  for (const auto& search : list) {
    bool nothing = true;
    for (const detect::EventQuery* query : search->queries()) {
      const auto left = sifted.find(query);
      nothing = nothing && left != sifted.end() && left->second.nothing;
    }
    if (nothing) without_hit.push_back(search);
  }
  for (auto _ : state) benchmark::DoNotOptimize(run_all(store, without_hit, &sifted));
  state.counters["searches"] = static_cast<double>(without_hit.size());
  state.counters["us_per_search"] =
      benchmark::Counter(static_cast<double>(without_hit.size()) * static_cast<double>(state.iterations()) / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

constexpr std::int64_t kAll = 100'000;

BENCHMARK(tick)
    ->ArgNames({"events", "paths", "detections", "unfiltered", "older", "added"})
    ->Args({10'000, 20'000, kAll, 0, 0, 0})
    ->Args({100'000, 20'000, kAll, 0, 0, 0})
    ->Args({1'000'000, 20'000, kAll, 0, 0, 0})
    ->Args({1'000'000, 2'000, kAll, 0, 0, 0})
    ->Args({1'000'000, 200'000, kAll, 0, 0, 0})
    ->Args({1'000'000, 20'000, 1, 0, 0, 0})
    ->Args({1'000'000, 20'000, 50, 0, 0, 0})
    ->Args({1'000'000, 20'000, 150, 0, 0, 0})
    ->Args({1'000'000, 20'000, kAll, 0, 0, 1000})
    ->Args({1'000'000, 20'000, 1, 0, 9'000'000, 0})
    ->Args({1'000'000, 20'000, kAll, 0, 9'000'000, 0})
    ->Args({100'000, 20'000, kAll, 1, 0, 0})
    ->Args({1'000'000, 20'000, kAll, 1, 0, 0})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(first_tick)
    ->ArgNames({"events", "paths", "detections", "unfiltered", "older", "added"})
    ->Args({1'000'000, 20'000, kAll, 0, 0, 0})
    ->Args({1'000'000, 200'000, kAll, 0, 0, 0})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);
BENCHMARK(search_without_hit)
    ->ArgNames({"events", "paths", "detections", "unfiltered", "older", "added"})
    ->Args({1'000'000, 20'000, kAll, 0, 0, 0})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(one_by_one)
    ->ArgNames({"events", "paths", "detections", "unfiltered", "older", "added"})
    ->Args({100'000, 20'000, kAll, 0, 0, 0})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
}  // namespace rw

int main(int argc, char** argv) {
  if (std::getenv("REGWARDEN_BENCH_STORE") != nullptr) {
    benchmark::RegisterBenchmark("tick_of_named_store", rw::tick_of_named_store)
        ->ArgName("detections")
        ->Arg(1)
        ->Arg(rw::kAll)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
