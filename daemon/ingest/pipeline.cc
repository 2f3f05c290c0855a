#include "daemon/ingest/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/text_event.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/process.h"
#include "daemon/ingest/normalize/registry.h"
#include "daemon/ingest/normalize/security_key.h"
#include "daemon/ingest/normalize/security_process.h"
#include "daemon/ingest/normalize/security_value.h"

namespace rw::ingest {
namespace {

constexpr std::size_t kLargeBatchBytes = 1024 * 1024;
// Counts without a batch are handed over at the latest when they have grown to this, or with the first event that comes
// after this time.
constexpr std::size_t kMostCountBytes = 256 * 1024;
constexpr std::chrono::seconds kOldestCount{1};
constexpr std::size_t kMostReserved = 1024;

}  // namespace

Pipeline::Pipeline(storage::Writer& writer, core::Counters& counters, KeyDeletions& key_deletions)
    : writer_(writer), counters_(counters), key_deletions_(key_deletions) {}

Pipeline::~Pipeline() { note_counts(); }

core::Result<std::size_t> Pipeline::add(std::string_view payload, const MessageContext& context) {
  const std::size_t rejected_before = batch_.rejected.size();
  const core::Result<std::size_t> events = decode(payload, context);
  if (context.cut_bytes != 0 && batch_.rejected.size() == rejected_before) {
    // What was cut off was not needed; the operator shall know all the same.
    reject(payload, payload.size() + context.cut_bytes,
           fmt::format("longer than the message limit by {} bytes; what came before the cut was stored",
                       context.cut_bytes),
           context);
  }
  const bool wait = sources_.size_bytes() < kMostCountBytes && context.received < sources_.since() + kOldestCount;
  if (batch_.empty() && !wait) note_counts();
  return events;
}

core::Result<std::size_t> Pipeline::decode(std::string_view payload, const MessageContext& context) {
  std::size_t number = 0;
  std::size_t recognised = 0;
  std::optional<core::Error> fault;
  core::Arena::Mark mark = batch_.arena.mark();
  const core::Result<std::size_t> pieces =
      decode_payload(payload, {.header = context.header, .zone = context.zone}, batch_.arena, event_,
                     [&](std::string_view source, const core::Result<void>& decoded) {
                       ++number;
                       // Decided once, for all that follows: a time that cannot be true is none.
                       if (event_.time && !core::is_plausible(*event_.time)) event_.time.reset();
                       const core::Result<bool> taken = decoded.ok() ? take(event_, context) : decoded.error();
                       if (taken.ok()) {
                         ++recognised;
                       } else {
                         core::Error error = taken.error();
                         if (number > 1) {
                           error.message = fmt::format("event {} of the message: {}", number, error.message);
                         }
                         refuse(source, error, context);
                         if (!fault) fault = std::move(error);
                       }
                       if (taken.ok() && *taken) {
                         mark = batch_.arena.mark();
                       } else {
                         batch_.arena.rewind(mark);
                       }
                     });
  if (!pieces.ok()) {
    refuse(payload, pieces.error(), context);
    return pieces.error();
  }
  if (recognised == 0 && fault) return *std::move(fault);
  return recognised;
}

core::Result<bool> Pipeline::take(const WindowsEvent& event, const MessageContext& context) {
  counters_.add(core::Counter::kDecoded);
  std::string_view computer = present(event.computer);
  Fallback fallback;
  if (computer.empty() || !event.time) {
    fallback = context.fallback_reader != nullptr ? context.fallback_reader->fallback() : context.fallback;
  }
  if (computer.empty()) computer = keep_text(fallback.host, batch_.arena);
  storage::SourceSeen& seen = sources_.count(
      event, {.received = context.received, .input = context.input, .peer = context.peer, .host = computer});
  const EventKind kind = kind_of(event);
  if (kind == EventKind::kOther) return skip(event);
  core::Micros time = context.received;
  if (event.time) {
    time = *event.time;
  } else if (fallback.time && core::is_plausible(*fallback.time)) {
    time = *fallback.time;
  }
  if (kind == EventKind::kProcess || kind == EventKind::kSecurityProcess) {
    cim::ProcessRecord record;
    fill_base(event, kind, time, context.received, computer, batch_.arena, scratch_, record);
    const auto normalize = kind == EventKind::kProcess ? normalize_process : normalize_security_process;
    RW_CHECK(normalize(event, batch_.arena, scratch_, record));
    batch_.processes.push_back(record);
    ++seen.taken;
    return true;
  }
  cim::RegistryRecord record;
  fill_base(event, kind, time, context.received, computer, batch_.arena, scratch_, record);
  if (kind == EventKind::kSecurityKey) {
    RW_TRY(const bool known, normalize_security_key(event, key_deletions_, batch_.arena, scratch_, record));
    if (!known) return skip(event);
  } else {
    const auto normalize = kind == EventKind::kRegistry ? normalize_registry : normalize_security_value;
    RW_CHECK(normalize(event, batch_.arena, scratch_, record));
  }
  if (batch_.registry.empty()) batch_.registry.reserve(usual_records_);
  batch_.registry.push_back(record);
  ++seen.taken;
  return true;
}

bool Pipeline::skip(const WindowsEvent& event) {
  counters_.add_skipped(event.channel, event.event_id);
  return false;
}

void Pipeline::refuse(std::string_view input_bytes, const core::Error& error, const MessageContext& context) {
  std::string reason = error.message;
  if (context.cut_bytes != 0) {
    reason = fmt::format("longer than the message limit by {} bytes; {}", context.cut_bytes, reason);
  }
  reject(input_bytes, input_bytes.size() + context.cut_bytes, std::move(reason), context);
}

void Pipeline::reject(std::string_view input_bytes, std::uint64_t size_bytes, std::string reason,
                      const MessageContext& context) {
  counters_.add(core::Counter::kRejected);
  ++rejected_total_;
  batch_.rejected.push_back({
      .time = context.received,
      .input = std::string(context.input),
      .peer = std::string(context.peer),
      .reason = core::to_valid_utf8(reason),  // it may quote the input, cut anywhere
      .size_bytes = size_bytes,
      .sample = std::string(input_bytes.substr(0, storage::kRejectedSampleBytes)),
  });
  rejected_bytes_ += sizeof(storage::Rejected) + batch_.rejected.back().sample.size();
}

bool Pipeline::large() const {
  return batch_.arena.capacity_bytes() + rejected_bytes_ + sources_.size_bytes() >= kLargeBatchBytes;
}

bool Pipeline::flush(OnDone on_done) {
  if (!close_batch(std::move(on_done))) return true;
  if (!writer_.try_submit(batch_)) return false;
  start_batch();
  return true;
}

bool Pipeline::flush_until(std::chrono::steady_clock::time_point deadline, OnDone on_done) {
  if (!close_batch(std::move(on_done))) return true;
  if (!writer_.submit_until(batch_, deadline)) return false;
  start_batch();
  return true;
}

bool Pipeline::close_batch(OnDone on_done) {
  if (batch_.empty()) {
    note_counts();
    return false;
  }
  // A batch that the writer had no room for has some already.
  for (storage::SourceSeen& seen : sources_.take()) batch_.sources.push_back(std::move(seen));
  batch_.on_done = std::move(on_done);
  usual_records_ = std::min(batch_.registry.size(), kMostReserved);
  return true;
}

void Pipeline::note_counts() {
  if (sources_.empty()) return;
  std::vector<storage::SourceSeen> counts = sources_.take();
  if (writer_.note(counts)) return;
  storage::Batch alone;
  alone.sources = std::move(counts);
  if (writer_.try_submit(alone)) return;
  for (const storage::SourceSeen& seen : alone.sources) counters_.add(core::Counter::kSourceOverflow, seen.events);
}

void Pipeline::start_batch() {
  batch_ = storage::Batch();
  rejected_bytes_ = 0;
}

}  // namespace rw::ingest
