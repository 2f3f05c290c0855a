#include "daemon/cli/event_import.h"

#include <zlib.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "daemon/core/time.h"
#include "daemon/ingest/framing/event_file.h"

namespace rw::cli {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;
constexpr std::size_t kMaxPayloadBytes = 16 * 1024 * 1024;
constexpr std::chrono::minutes kCommitPatience{5};

struct CloseFile {
  void operator()(gzFile file) const { gzclose(file); }
};
using File = std::unique_ptr<gzFile_s, CloseFile>;

}  // namespace

core::Result<void> EventImport::add_file(const std::string& path) {
  const auto io_error = [&](std::string_view why) {
    return core::Error{core::ErrorCode::kIo, path + ": " + std::string(why)};
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return io_error("is a directory, expected a file of events");
  const File file(gzopen(path.c_str(), "rb"));
  if (!file) return io_error(std::strerror(errno));
  gzbuffer(file.get(), kChunkBytes);

  ingest::EventFile events(kMaxPayloadBytes);
  std::string chunk(kChunkBytes, '\0');
  const auto now = core::SystemClock().now();
  const ingest::MessageContext context{.received = now, .input = storage::kImportInput, .peer = path};
  while (true) {
    const int size = gzread(file.get(), chunk.data(), static_cast<unsigned>(chunk.size()));
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    if (size < 0 || code == Z_BUF_ERROR) {
      RW_CHECK(flush());
      return io_error(code == Z_ERRNO       ? std::strerror(errno)
                      : code == Z_BUF_ERROR ? "the gzip file is cut off; what came before the cut is imported"
                                            : message);
    }
    if (size == 0) break;
    events.append(std::string_view(chunk.data(), static_cast<std::size_t>(size)));
    while (const auto payload = events.next()) RW_CHECK(add(*payload, context));
    if (progress_) progress_(gzoffset(file.get()));
  }
  while (const auto payload = events.next_at_end()) RW_CHECK(add(*payload, context));
  return flush();
}

core::Result<void> EventImport::add(std::string_view payload, const ingest::MessageContext& context) {
  (void)pipeline_.add(payload, context);  // a fault is counted and kept in `rejected`
  return pipeline_.large() ? flush() : core::Result<void>();
}

core::Result<void> EventImport::flush() {
  if (pipeline_.flush_until(std::chrono::steady_clock::now() + kCommitPatience)) return {};
  return core::Error{core::ErrorCode::kBusy, "the store does not take anything", "is the disk full?"};
}

}  // namespace rw::cli
