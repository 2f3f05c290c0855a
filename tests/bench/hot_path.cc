// The way of an event once, from the bytes of a connection to committed rows, for bounds.py, which counts what the two
// functions below make the processor do: framing, syslog header, decoding and normalising in one, the commit in the
// other, and prints how many events were stored and how many allocations each of the two made. No sockets, no upkeep,
// no clock: the same program does the same work in every run.
#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/ingest/framing/syslog_stream.h"
#include "daemon/ingest/pipeline.h"
#include "daemon/ingest/syslog/header.h"
#include "storage/sqlite/store.h"
#include "storage/writer.h"
#include "tests/bench/events.h"
#include "tests/bench/must.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

// All allocations come by here: those of libraries, and of operator new. glibc says that a program may do so, and its
// own functions have these other names.
extern "C" {
void* __libc_malloc(std::size_t size);                     // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t count, std::size_t size);  // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* memory, std::size_t size);      // NOLINT(bugprone-reserved-identifier)

void* malloc(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, size);
}
}

namespace rw {

using bench::must;

namespace {

constexpr std::uint64_t kEvents = 2000;
constexpr std::uint64_t kEventsPerCommit = 1000;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr core::Micros kReceived = core::from_us(1'700'000'100'000'000);

}  // namespace

// Outside the anonymous namespace and never inline: bounds.py names them.
[[gnu::noinline]] void hot_path_take(std::string_view bytes, ingest::SyslogStream& messages,
                                     ingest::Pipeline& pipeline) {
  static const core::TimeZone zone;
  for (std::size_t at = 0; at < bytes.size(); at += kReadBytes) {
    messages.append(bytes.substr(at, kReadBytes));
    while (true) {
      const auto message = must(messages.next());
      if (!message) break;
      const ingest::SyslogMessage header = ingest::parse_syslog(message->text, kReceived, zone);
      must(pipeline.add(header.msg, {.received = kReceived,
                                     .input = "syslog/tcp",
                                     .peer = "192.0.2.1",
                                     .fallback = {.time = header.timestamp, .host = header.hostname},
                                     .header = &header,
                                     .zone = &zone}));
    }
  }
}

[[gnu::noinline]] core::Result<std::vector<storage::CommitOutcome>> hot_path_commit(
    storage::WriteSession& session, std::span<const storage::Batch> batches) {
  return session.commit(batches);
}

namespace {

// What the writer's thread does besides commits depends on the time.
class CommitsOnly final : public storage::WriteSession {
 public:
  explicit CommitsOnly(std::unique_ptr<storage::WriteSession> session) : session_(std::move(session)) {}
  core::Result<std::vector<storage::CommitOutcome>> commit(std::span<const storage::Batch> batches) override {
    return hot_path_commit(*session_, batches);
  }

 private:
  const std::unique_ptr<storage::WriteSession> session_;
};

// One of the two steps works at a time, and nothing else.
template <class Step>
std::uint64_t allocations_of(const Step& step) {
  const std::uint64_t before = allocations;
  step();
  return allocations - before;
}

int run(const std::string& data_dir) {
  const auto store = must(storage::sqlite::open({.data_dir = data_dir}));
  core::Counters counters;
  storage::Writer writer(std::make_unique<CommitsOnly>(must(store->open_writer())), {}, counters);
  ingest::KeyDeletions key_deletions;
  ingest::Pipeline pipeline(writer, counters, key_deletions);
  ingest::SyslogStream messages(256 * 1024);
  std::uint64_t stored = 0;
  std::uint64_t taking = 0;
  std::uint64_t committing = 0;
  for (std::uint64_t at = 0; at < kEvents; at += kEventsPerCommit) {
    std::string bytes;
    for (std::uint64_t i = at; i < at + kEventsPerCommit; ++i) bytes += bench::event_on_the_wire(i);
    taking += allocations_of([&] { hot_path_take(bytes, messages, pipeline); });
    // One after the other, so that each has its own commit.
    committing += allocations_of([&] {
      std::promise<core::Result<storage::CommitOutcome>> done;
      if (!pipeline.flush([&](const auto& outcome) { done.set_value(outcome); })) std::abort();
      stored += must(done.get_future().get()).registry_stored;
    });
  }
  fmt::print("{} {} {}\n", stored, taking, committing);
  return stored == kEvents ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace rw

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: hot_path FOLDER\n", stderr);
    return 2;
  }
  return rw::run(argv[1]);
}
