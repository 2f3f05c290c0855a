// What each step of an event's way costs, and the rate of the store alone on the rows of the end-to-end run.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/framing/syslog_stream.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/registry.h"
#include "daemon/ingest/syslog/header.h"
#include "storage/sqlite/store.h"
#include "tests/bench/events.h"

namespace rw {
namespace {

constexpr std::size_t kRowsPerBatch = 1000;

std::vector<std::string> events(std::size_t count, bench::Form form = bench::Form::kXml) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(bench::event_text(i, form));
  return texts;
}

void framing(benchmark::State& state) {
  std::string stream;
  for (std::uint64_t i = 0; i < 1000; ++i) stream += bench::event_on_the_wire(i);
  for (auto _ : state) {
    ingest::SyslogStream frames(256 * 1024);
    std::size_t messages = 0;
    for (std::size_t at = 0; at < stream.size(); at += 65'536) {
      frames.append(std::string_view(stream).substr(at, 65'536));
      while (true) {
        const auto message = frames.next();
        if (!message.ok() || !*message) break;
        benchmark::DoNotOptimize(ingest::parse_syslog((*message)->text, core::Micros{}, core::TimeZone()));
        ++messages;
      }
    }
    if (messages != 1000) state.SkipWithError("not 1000 messages");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 1000);
}
BENCHMARK(framing);

// One event decoded and normalised into the batch.
void add_record(const std::string& text, ingest::WindowsEvent& event, std::string& scratch, storage::Batch& batch) {
  static const core::TimeZone zone;
  const auto decoded = ingest::decode_payload(
      text, {.zone = &zone}, batch.arena, event, [&](std::string_view, const core::Result<void>& whole) {
        if (!whole.ok()) std::abort();
        cim::RegistryRecord record;
        ingest::fill_base(event, ingest::EventKind::kRegistry, *event.time, *event.time, event.computer, batch.arena,
                          scratch, record);
        if (!ingest::normalize_registry(event, batch.arena, scratch, record).ok()) std::abort();
        batch.registry.push_back(record);
      });
  if (!decoded.ok()) std::abort();
}

void decode_and_normalize(benchmark::State& state, bench::Form form) {
  const std::vector<std::string> texts = events(1000, form);
  ingest::WindowsEvent event;
  std::string scratch;
  for (auto _ : state) {
    storage::Batch batch;
    for (const std::string& text : texts) add_record(text, event, scratch, batch);
    benchmark::DoNotOptimize(batch);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * texts.size()));
}
BENCHMARK_CAPTURE(decode_and_normalize, xml, bench::Form::kXml);
BENCHMARK_CAPTURE(decode_and_normalize, nxlog, bench::Form::kNxlog);
BENCHMARK_CAPTURE(decode_and_normalize, winlogbeat, bench::Form::kWinlogbeat);

// Rows to a fresh database, synchronous FULL, rows_per_commit a transaction; the records are made beforehand.
void store_alone(benchmark::State& state) {
  const auto rows_per_commit = static_cast<std::size_t>(state.range(0));
  const std::size_t total = 200'000;
  std::vector<storage::Batch> batches;
  ingest::WindowsEvent event;
  std::string scratch;
  for (std::size_t i = 0; i < total; ++i) {
    if (i % kRowsPerBatch == 0) batches.emplace_back();
    add_record(bench::event_text(i), event, scratch, batches.back());
  }
  const std::filesystem::path dir = std::filesystem::temp_directory_path() / "regwarden-bench-store";
  for (auto _ : state) {
    state.PauseTiming();
    std::filesystem::remove_all(dir);
    {
      auto store = storage::sqlite::open({.data_dir = dir.string()});
      auto session = (*store)->open_writer();
      state.ResumeTiming();
      const std::size_t step = rows_per_commit / kRowsPerBatch;
      for (std::size_t at = 0; at < batches.size(); at += step) {
        const std::size_t count = std::min(step, batches.size() - at);
        if (!(*session)->commit({&batches[at], count}).ok()) std::abort();
      }
      state.PauseTiming();
    }
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(dir)) bytes += file.file_size();
    state.counters["bytes_per_event"] = static_cast<double>(bytes) / static_cast<double>(total);
    std::filesystem::remove_all(dir);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * total));
}
BENCHMARK(store_alone)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace rw

BENCHMARK_MAIN();
