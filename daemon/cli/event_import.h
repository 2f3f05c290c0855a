// Events from files into a store, through the same decoder and writer as the network inputs: XML, or JSON objects, one
// a line or pretty-printed; also in UTF-16, also .gz. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/core/counters.h"
#include "daemon/core/result.h"
#include "daemon/ingest/pipeline.h"
#include "storage/writer.h"

namespace rw::cli {

class EventImport {
 public:
  // progress: bytes read of the current file, now and then; may be empty. Writer and counters outlive the import.
  EventImport(storage::Writer& writer, core::Counters& counters, std::function<void(std::int64_t)> progress = {})
      : pipeline_(writer, counters, key_deletions_), progress_(std::move(progress)) {}

  // Plain or gzip, told apart by content. What does not decode is counted and kept as rejected.
  // Errors: Io (what was read before is handed over), Busy (the store takes nothing for minutes).
  core::Result<void> add_file(const std::string& path);

 private:
  core::Result<void> add(std::string_view payload, const ingest::MessageContext& context);
  core::Result<void> flush();

  ingest::KeyDeletions key_deletions_;
  ingest::Pipeline pipeline_;
  const std::function<void(std::int64_t)> progress_;
};

}  // namespace rw::cli
