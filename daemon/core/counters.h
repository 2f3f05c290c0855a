// Every counter of the daemon: name, meaning, value; declared here only. A drop, a rejection or a failure that has no
// counter is a quiet one, and there must be none. Thread-safe; adding is one relaxed atomic increment.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/mutex.h"

namespace rw::core {

// X(enumerator, Prometheus name, meaning)
#define RW_COUNTERS(X)                                                                                                \
  X(kSyslogConnections, "regwarden_syslog_connections_total", "TCP syslog connections accepted")                      \
  X(kSyslogConnectionsRefused, "regwarden_syslog_connections_refused_total", "TCP syslog connections over the limit") \
  X(kSyslogMessages, "regwarden_syslog_messages_total", "Syslog messages received")                                   \
  X(kSyslogBytes, "regwarden_syslog_bytes_total", "Bytes received on syslog inputs")                                  \
  X(kSyslogFramingErrors, "regwarden_syslog_framing_errors_total", "Syslog streams closed for a broken frame")        \
  X(kSyslogTruncated, "regwarden_syslog_truncated_total", "Syslog messages longer than the limit, cut")               \
  X(kSyslogIncomplete, "regwarden_syslog_incomplete_total", "Syslog messages cut off by the end of the connection")   \
  X(kSyslogPendingClosed, "regwarden_syslog_pending_closed_total",                                                    \
    "Syslog connections closed: unfinished messages hold too much")                                                   \
  X(kTlsHandshakeFailures, "regwarden_tls_handshake_failures_total", "Syslog connections whose TLS handshake failed") \
  X(kTlsPlainText, "regwarden_tls_plain_text_total", "Syslog connections in plain text where TLS is expected")        \
  X(kRelpFrames, "regwarden_relp_frames_total", "RELP frames received")                                               \
  X(kRelpRefused, "regwarden_relp_refused_total", "RELP frames answered 500")                                         \
  X(kUdpDropped, "regwarden_udp_dropped_total", "UDP messages dropped because the store was behind")                  \
  X(kUdpKernelDropped, "regwarden_udp_kernel_dropped_total", "UDP messages dropped by the kernel's socket buffer")    \
  X(kHttpRequests, "regwarden_http_requests_total", "HTTP requests received on all listeners")                        \
  X(kHttpErrors, "regwarden_http_errors_total", "HTTP requests answered with a 4xx or 5xx status")                    \
  X(kHttpTlsFailures, "regwarden_http_tls_handshake_failures_total", "HTTP connections whose TLS handshake failed")   \
  X(kHttpBusy, "regwarden_http_busy_total", "HTTP requests answered busy (503): the store or all threads are")        \
  X(kHttpBodiesRefused, "regwarden_http_bodies_refused_total", "HTTP requests answered 503: bodies hold too much")    \
  X(kHttpHeadsClosed, "regwarden_http_heads_closed_total", "HTTP connections closed: unfinished heads hold too much") \
  X(kHecEvents, "regwarden_hec_events_total", "Events received through the HTTP Event Collector")                     \
  X(kBulkDocuments, "regwarden_bulk_documents_total", "Documents received through Elasticsearch _bulk")               \
  X(kIngestEvents, "regwarden_ingest_events_total", "Events received through the plain ingest path")                  \
  X(kOtlpRecords, "regwarden_otlp_log_records_total", "Log records received through OTLP")                            \
  X(kDecoded, "regwarden_events_decoded_total", "Payloads decoded to a Windows event")                                \
  X(kRegistryStored, "regwarden_registry_events_stored_total", "Registry events stored")                              \
  X(kProcessStored, "regwarden_process_events_stored_total", "Process-creation events stored")                        \
  X(kDuplicates, "regwarden_events_duplicate_total", "Events that were stored already")                               \
  X(kLateEvents, "regwarden_events_late_total", "Events stored after a search of their time had begun")               \
  X(kRejected, "regwarden_rejected_total", "Payloads that could not be decoded")                                      \
  X(kSourceOverflow, "regwarden_source_overflow_events_total",                                                        \
    "Events not counted for a source: too many, or store behind")                                                     \
  X(kCommits, "regwarden_commits_total", "Transactions committed")                                                    \
  X(kCommitFailures, "regwarden_commit_failures_total", "Transactions that failed and were retried")                  \
  X(kBatchesFailed, "regwarden_batches_failed_total", "Batches given up because the store refused them for good")     \
  X(kUpkeepRounds, "regwarden_upkeep_rounds_total", "Rounds of upkeep: looked for what retention lets go")            \
  X(kUpkeepFailures, "regwarden_upkeep_failures_total", "Steps of upkeep that failed")                                \
  X(kRegistryDeleted, "regwarden_registry_events_deleted_total", "Registry events deleted by retention")              \
  X(kProcessDeleted, "regwarden_process_events_deleted_total", "Process-creation events deleted by retention")        \
  X(kFindingsDeleted, "regwarden_findings_deleted_total", "Risk events and notables deleted by retention")            \
  X(kRunsDeleted, "regwarden_runs_deleted_total", "Rows of the ledger deleted by retention")                          \
  X(kDictionaryDeleted, "regwarden_dictionary_rows_deleted_total", "Paths, processes, texts that no event refers to") \
  X(kDictionaryForgotten, "regwarden_dictionary_forgotten_total", "Entries the writer forgot for want of memory")     \
  X(kCheckpointFailures, "regwarden_checkpoint_failures_total", "Checkpoints of the write-ahead log that failed")     \
  X(kRunsDone, "regwarden_runs_done_total", "Detection runs finished")                                                \
  X(kRunsFailed, "regwarden_runs_failed_total", "Detection runs that ended with an error")                            \
  X(kRunsMissed, "regwarden_runs_missed_total", "Detection windows given up as too old")                              \
  X(kRunsLate, "regwarden_runs_late_total", "Detection runs that searched a window again for late events")            \
  X(kRiskEvents, "regwarden_risk_events_total", "Risk events written")                                                \
  X(kNotables, "regwarden_notables_total", "Notables written")                                                        \
  X(kRowsExcepted, "regwarden_findings_excepted_total", "Result rows of which exceptions made no findings")           \
  X(kRowsSuppressed, "regwarden_findings_suppressed_total", "Result rows whose findings throttling left out")         \
  X(kNotificationsSent, "regwarden_notifications_sent_total", "Messages sent about findings")                         \
  X(kNotificationsFailed, "regwarden_notifications_failed_total", "Attempts to send a message that failed")

enum class Counter : std::size_t {
#define RW_COUNTER_ENUMERATOR(enumerator, name, meaning) enumerator,
  RW_COUNTERS(RW_COUNTER_ENUMERATOR)
#undef RW_COUNTER_ENUMERATOR
      kCount,
};

struct CounterDeclaration {
  Counter counter;
  std::string_view name;
  std::string_view meaning;
};

inline constexpr CounterDeclaration kCounterTable[] = {
#define RW_COUNTER_ROW(enumerator, name, meaning) {Counter::enumerator, name, meaning},
    RW_COUNTERS(RW_COUNTER_ROW)
#undef RW_COUNTER_ROW
};

class Counters {
 public:
  void add(Counter counter, std::uint64_t n = 1) {
    values_[static_cast<std::size_t>(counter)].fetch_add(n, std::memory_order_relaxed);
  }
  std::uint64_t value(Counter counter) const {
    return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }

  // Well-formed events that are not of a kind we store, by channel and event id. Keeps at most kMaxSkippedKinds pairs
  // (a sender chooses the names); the rest is counted under channel "(other)", id 0. Of a name longer than Windows
  // allows (255 characters), the first 256 bytes count.
  void add_skipped(std::string_view channel, std::uint32_t event_id);
  std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> skipped() const;

 private:
  static constexpr std::size_t kMaxSkippedKinds = 1000;
  static constexpr std::size_t kMaxChannelBytes = 256;

  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::kCount)> values_{};
  mutable Mutex mutex_;
  std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> skipped_ RW_GUARDED_BY(mutex_);
};

}  // namespace rw::core
