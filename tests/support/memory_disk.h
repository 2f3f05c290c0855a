// A disk in memory that SQLite uses through a VFS of its own, made to be broken: it keeps a log of all that is done to
// it, from which tests/support/platter.h tells what a power failure at any moment leaves behind, and it fails when and
// how a test says. As SQLite's own VFS for Linux it has sectors of 4 KiB, claims POWERSAFE_OVERWRITE, and syncs the
// directory after a journal or a write-ahead log is made, and when one is deleted. Thread-safe.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rw::test {

// Full path → content.
using DiskImage = std::map<std::string, std::string>;

// One thing that was done to the disk. Files are numbered: those of the first image in its order, then as they are
// made.
struct DiskOperation {
  enum class Kind { kCreate, kWrite, kTruncate, kSync, kFailedSync, kSyncDirectory, kDelete };
  Kind kind;
  std::size_t file = 0;
  std::string name = {};   // kCreate, kDelete
  std::uint64_t at = 0;    // kWrite: offset; kTruncate: the new size
  std::string bytes = {};  // kWrite
};

class MemoryDisk {
 public:
  // How operations fail. A failed sync loses what it was to write: the kernel marks its pages clean, so that the next
  // sync says all is well ("fsyncgate"). It still reads as written, as on ext4 and XFS, or as before, as on Btrfs.
  struct Fault {
    enum class Kind { kIo, kFull };
    Kind kind = Kind::kIo;  // kFull: only what needs more room fails, and syncs that would
    bool lasting = false;   // until repair(); else the one operation
    bool reverts = false;   // what a failed sync loses reads as before
  };

  // The disk as a running system sees it, and what of it is really there; the same unless syncs have failed.
  MemoryDisk() : MemoryDisk(DiskImage()) {}
  explicit MemoryDisk(const DiskImage& image) : MemoryDisk(image, image) {}
  MemoryDisk(const DiskImage& seen, const DiskImage& durable);
  ~MemoryDisk();  // all its files are closed by then
  MemoryDisk(const MemoryDisk&) = delete;
  MemoryDisk& operator=(const MemoryDisk&) = delete;

  // For sqlite3_open_v2().
  const std::string& vfs() const { return vfs_name_; }

  // Not while another thread uses the disk.
  const std::vector<DiskOperation>& log() const { return log_; }
  DiskImage seen() const;

  // Operations that can fail, since the beginning: those of the log, reads, opening, looking for a file and its size.
  std::uint64_t operations() const;
  // The operation of this number and, if lasting, all that follow.
  void fail_at(std::uint64_t operation, Fault fault);
  void repair();
  // Faults that happened.
  std::uint64_t failures() const;

 private:
  friend struct MemoryDiskVfs;
  struct Node;
  struct OpenFile;
  enum class Access { kRead, kOpen, kGrow, kOverwrite, kShrink, kSync, kDelete };

  // True: the operation is to fail. Counts it.
  bool fails(Access access);

  mutable std::mutex mutex_;
  std::string vfs_name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::map<std::string, std::shared_ptr<Node>> files_;
  std::size_t next_file_ = 0;
  std::vector<DiskOperation> log_;
  std::uint64_t operations_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t fault_at_ = 0;
  std::optional<Fault> fault_;
};

}  // namespace rw::test
