// regwarden import: events from files into the store, through the same decoder and writer as the network inputs.
#include <zlib.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include "daemon/cli/command.h"
#include "daemon/cli/progress.h"
#include "daemon/ingest/framing/event_file.h"
#include "daemon/ingest/pipeline.h"
#include "storage/sqlite/store.h"
#include "storage/writer.h"

namespace rw::cli {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;
constexpr std::size_t kMaxPayloadBytes = 16 * 1024 * 1024;
constexpr std::chrono::minutes kCommitPatience{5};

struct Options {
  std::string config;
  std::vector<std::string> files;
};

struct CloseFile {
  void operator()(gzFile file) const { gzclose(file); }
};
using File = std::unique_ptr<gzFile_s, CloseFile>;

class Importer {
 public:
  Importer(storage::Writer& writer, core::Counters& counters, Progress& progress)
      : pipeline_(writer, counters, key_deletions_), progress_(progress) {}

  // Plain or gzip, told apart by content.
  core::Result<void> import(const std::string& path) {
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
    const ingest::MessageContext context{.received = now, .input = "import", .peer = path};
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
      progress_.show(gzoffset(file.get()));
    }
    while (const auto payload = events.next_at_end()) RW_CHECK(add(*payload, context));
    return flush();
  }

 private:
  core::Result<void> add(std::string_view payload, const ingest::MessageContext& context) {
    (void)pipeline_.add(payload, context);  // a fault is counted and kept in `rejected`
    return pipeline_.large() ? flush() : core::Result<void>();
  }

  core::Result<void> flush() {
    if (pipeline_.flush_until(std::chrono::steady_clock::now() + kCommitPatience)) return {};
    return core::Error{core::ErrorCode::kBusy, "the store does not take anything", "is the disk full?"};
  }

  ingest::KeyDeletions key_deletions_;
  ingest::Pipeline pipeline_;
  Progress& progress_;
};

std::int64_t total_bytes(const std::vector<std::string>& files) {
  std::int64_t total = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (!error) total += static_cast<std::int64_t>(size);
  }
  return total;
}

void print_summary(const core::Counters& counters) {
  using core::Counter;
  std::uint64_t other = 0;
  for (const auto& [kind, count] : counters.skipped()) other += count;
  std::cout << counters.value(Counter::kDecoded) << " events: " << counters.value(Counter::kRegistryStored)
            << " registry and " << counters.value(Counter::kProcessStored) << " process events stored, "
            << counters.value(Counter::kDuplicates) << " were there already, " << other << " of other kinds; "
            << counters.value(Counter::kRejected) << " rejected\n";
}

int import(const Options& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  auto store = storage::sqlite::open({.data_dir = config->data_dir});
  if (!store.ok()) return fail(store.error());
  auto session = (*store)->open_writer();
  if (!session.ok()) return fail(session.error());

  core::Counters counters;
  int status = kDone;
  {
    Progress progress(total_bytes(options.files));
    storage::Writer writer(std::move(session).value(), config->writer, counters);
    Importer importer(writer, counters, progress);
    for (const std::string& file : options.files) {
      const auto imported = importer.import(file);
      progress.next_file();
      if (!imported.ok()) status = fail(imported.error());
    }
  }  // the writer has committed everything
  print_summary(counters);
  if (counters.value(core::Counter::kBatchesFailed) > 0) {
    status = fail("some events could not be written: see the errors above");
  }
  return status;
}

}  // namespace

void add_import(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("import", "Read events from files (XML or JSON lines, also .gz) into the store");
  add_config_option(*command, options->config);
  command->add_option("FILE", options->files, "Files of events")->required();
  command->callback([options, &status] { status = import(*options); });
}

}  // namespace rw::cli
