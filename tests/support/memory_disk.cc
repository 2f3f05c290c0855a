#include "tests/support/memory_disk.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <new>

namespace rw::test {
namespace {

constexpr int kSectorBytes = 4096;
constexpr std::size_t kMaxPath = 1024;

}  // namespace

struct MemoryDisk::Node {
  std::size_t number = 0;
  bool temporary = false;  // of no name, and in no log
  std::string seen;
  std::string durable;

  // Locks of the file: who holds what beyond SHARED.
  int shared = 0;
  const OpenFile* reserved = nullptr;
  const OpenFile* pending = nullptr;
  const OpenFile* exclusive = nullptr;

  // The shared memory of a write-ahead log; it is gone when nobody has it mapped.
  struct Slot {
    int shared = 0;
    const OpenFile* exclusive = nullptr;
  };
  std::vector<std::unique_ptr<std::vector<char>>> regions;
  std::array<Slot, SQLITE_SHM_NLOCK> slots{};
  int mapped = 0;
};

// SQLite allocates it, as bytes behind its own part.
struct MemoryDisk::OpenFile {
  sqlite3_file base{};
  MemoryDisk* disk = nullptr;
  std::shared_ptr<Node> node;
  std::string path;
  bool delete_on_close = false;
  bool sync_directory = false;  // with the next sync: its name may not be durable yet
  int lock = SQLITE_LOCK_NONE;
  bool maps = false;
  unsigned shm_shared = 0;  // bits of the slots held
  unsigned shm_exclusive = 0;
};

// The functions that SQLite calls.
struct MemoryDiskVfs {
  using OpenFile = MemoryDisk::OpenFile;
  using Node = MemoryDisk::Node;
  using Access = MemoryDisk::Access;
  using Kind = DiskOperation::Kind;
  using Lock = std::lock_guard<std::mutex>;

  static OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
  static MemoryDisk& of(sqlite3_vfs* vfs) { return *static_cast<MemoryDisk*>(vfs->pAppData); }

  static void record(OpenFile& file, DiskOperation operation) {
    if (file.node->temporary) return;
    operation.file = file.node->number;
    file.disk->log_.push_back(std::move(operation));
  }

  // --- the file system ---

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out_flags) {
    MemoryDisk& disk = of(vfs);
    base->pMethods = nullptr;
    const Lock guard(disk.mutex_);
    std::shared_ptr<Node> node;
    bool made = false;
    if (name == nullptr) {
      node = std::make_shared<Node>();
      node->temporary = true;
    } else if (const auto found = disk.files_.find(name); found != disk.files_.end()) {
      if (disk.fails(Access::kOpen)) return SQLITE_CANTOPEN;
      node = found->second;
    } else {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      if (disk.fails(Access::kGrow)) return SQLITE_CANTOPEN;
      node = std::make_shared<Node>();
      node->number = disk.next_file_++;
      disk.files_.emplace(name, node);
      made = true;
    }
    auto* file = new (base) OpenFile;
    file->disk = &disk;
    file->node = std::move(node);
    file->path = name == nullptr ? "" : name;
    file->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    file->sync_directory = (flags & SQLITE_OPEN_CREATE) != 0 &&
                           (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
    file->base.pMethods = &kMethods;
    if (made) record(*file, {.kind = Kind::kCreate, .name = file->path});
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    MemoryDisk& disk = of(vfs);
    const Lock guard(disk.mutex_);
    const auto found = disk.files_.find(name);
    if (found == disk.files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    if (disk.fails(Access::kDelete)) return SQLITE_IOERR_DELETE;
    disk.log_.push_back({.kind = Kind::kDelete, .file = found->second->number, .name = name});
    disk.files_.erase(found);
    if (sync_directory != 0) {
      if (disk.fails(Access::kSync)) return SQLITE_IOERR_DIR_FSYNC;
      disk.log_.push_back({.kind = Kind::kSyncDirectory});
    }
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    MemoryDisk& disk = of(vfs);
    const Lock guard(disk.mutex_);
    if (disk.fails(Access::kOpen)) return SQLITE_IOERR_ACCESS;
    const auto found = disk.files_.find(name);
    // As SQLite's own: an empty file is none.
    *result = found != disk.files_.end() && !found->second->seen.empty() ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }

  // --- a file ---

  static int close(sqlite3_file* base) {
    OpenFile& file = of(base);
    MemoryDisk& disk = *file.disk;
    {
      const Lock guard(disk.mutex_);
      set_lock(file, SQLITE_LOCK_NONE);
      if (file.delete_on_close && !file.path.empty()) disk.files_.erase(file.path);
    }
    file.~OpenFile();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* base, void* out, int size, sqlite3_int64 offset) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    if (file.disk->fails(Access::kRead)) return SQLITE_IOERR_READ;
    const std::string& seen = file.node->seen;
    const auto from = std::min(static_cast<std::size_t>(offset), seen.size());
    const auto wanted = static_cast<std::size_t>(size);
    const std::size_t there = std::min(wanted, seen.size() - from);
    std::memcpy(out, seen.data() + from, there);
    if (there == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
  }

  static void put(OpenFile& file, std::string_view bytes, std::size_t offset) {
    std::string& seen = file.node->seen;
    if (seen.size() < offset + bytes.size()) seen.resize(offset + bytes.size());
    std::copy(bytes.begin(), bytes.end(), seen.begin() + static_cast<std::ptrdiff_t>(offset));
    record(file, {.kind = Kind::kWrite, .at = offset, .bytes = std::string(bytes)});
  }

  static int write(sqlite3_file* base, const void* data, int size, sqlite3_int64 offset) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    const std::string_view bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
    const auto at = static_cast<std::size_t>(offset);
    const bool grows = at + bytes.size() > file.node->seen.size();
    if (file.disk->fails(grows ? Access::kGrow : Access::kOverwrite)) {
      put(file, bytes.substr(0, bytes.size() / 2), at);  // as far as it got
      return file.disk->fault_->kind == MemoryDisk::Fault::Kind::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    put(file, bytes, at);
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* base, sqlite3_int64 size) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    if (file.disk->fails(Access::kShrink)) return SQLITE_IOERR_TRUNCATE;
    file.node->seen.resize(static_cast<std::size_t>(size));
    record(file, {.kind = Kind::kTruncate, .at = static_cast<std::uint64_t>(size)});
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* base, int) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    if (file.disk->fails(Access::kSync)) {
      if (file.disk->fault_->reverts) file.node->seen = file.node->durable;
      record(file, {.kind = Kind::kFailedSync});
      return SQLITE_IOERR_FSYNC;
    }
    file.node->durable = file.node->seen;
    record(file, {.kind = Kind::kSync});
    if (file.sync_directory) {
      if (file.disk->fails(Access::kSync)) return SQLITE_IOERR_DIR_FSYNC;
      record(file, {.kind = Kind::kSyncDirectory});
      file.sync_directory = false;
    }
    return SQLITE_OK;
  }

  static int file_size(sqlite3_file* base, sqlite3_int64* size) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    if (file.disk->fails(Access::kRead)) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(file.node->seen.size());
    return SQLITE_OK;
  }

  // --- locks: https://www.sqlite.org/lockingv3.html ---

  static void set_lock(OpenFile& file, int level) {
    Node& node = *file.node;
    if (file.lock >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED) --node.shared;
    if (level < SQLITE_LOCK_RESERVED && node.reserved == &file) node.reserved = nullptr;
    if (level < SQLITE_LOCK_PENDING && node.pending == &file) node.pending = nullptr;
    if (level < SQLITE_LOCK_EXCLUSIVE && node.exclusive == &file) node.exclusive = nullptr;
    file.lock = level;
  }

  static int lock(sqlite3_file* base, int level) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    Node& node = *file.node;
    if (file.lock >= level) return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED) {
      if (node.pending != nullptr || node.exclusive != nullptr) return SQLITE_BUSY;
      ++node.shared;
      file.lock = SQLITE_LOCK_SHARED;
      return SQLITE_OK;
    }
    if (node.reserved != nullptr && node.reserved != &file) return SQLITE_BUSY;
    node.reserved = &file;
    file.lock = SQLITE_LOCK_RESERVED;
    if (level == SQLITE_LOCK_RESERVED) return SQLITE_OK;
    node.pending = &file;
    file.lock = SQLITE_LOCK_PENDING;
    if (level == SQLITE_LOCK_PENDING) return SQLITE_OK;
    if (node.shared > 1) return SQLITE_BUSY;
    node.exclusive = &file;
    file.lock = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
  }

  static int unlock(sqlite3_file* base, int level) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    if (file.lock > level) set_lock(file, level);
    return SQLITE_OK;
  }

  static int is_reserved(sqlite3_file* base, int* result) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    *result = file.node->reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
  }

  // --- shared memory of the write-ahead log ---

  static int map(sqlite3_file* base, int region, int size, int extend, void volatile** out) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    Node& node = *file.node;
    if (!file.maps) {
      file.maps = true;
      ++node.mapped;
    }
    const auto index = static_cast<std::size_t>(region);
    *out = nullptr;
    if (index >= node.regions.size()) {
      if (extend == 0) return SQLITE_OK;
      if (file.disk->fails(Access::kGrow)) return SQLITE_IOERR_SHMMAP;
      while (index >= node.regions.size()) {
        node.regions.push_back(std::make_unique<std::vector<char>>(static_cast<std::size_t>(size)));
      }
    }
    *out = node.regions[index]->data();
    return SQLITE_OK;
  }

  static int lock_memory(sqlite3_file* base, int offset, int count, int flags) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    const auto first = static_cast<std::size_t>(offset);
    const auto end = first + static_cast<std::size_t>(count);
    auto& slots = file.node->slots;
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      for (std::size_t i = first; i < end; ++i) {
        const unsigned bit = 1U << i;
        if (exclusive && slots[i].exclusive == &file) slots[i].exclusive = nullptr;
        if (!exclusive && (file.shm_shared & bit) != 0) --slots[i].shared;
        (exclusive ? file.shm_exclusive : file.shm_shared) &= ~bit;
      }
      return SQLITE_OK;
    }
    for (std::size_t i = first; i < end; ++i) {
      const int others = slots[i].shared - ((file.shm_shared >> i & 1U) != 0 ? 1 : 0);
      if (slots[i].exclusive != nullptr && slots[i].exclusive != &file) return SQLITE_BUSY;
      if (exclusive && others > 0) return SQLITE_BUSY;
    }
    for (std::size_t i = first; i < end; ++i) {
      const unsigned bit = 1U << i;
      if (exclusive) {
        slots[i].exclusive = &file;
        file.shm_exclusive |= bit;
      } else if ((file.shm_shared & bit) == 0) {
        ++slots[i].shared;
        file.shm_shared |= bit;
      }
    }
    return SQLITE_OK;
  }

  static void barrier(sqlite3_file* base) {
    const Lock guard(of(base).disk->mutex_);  // what the others did under it happened before
  }

  static int unmap(sqlite3_file* base, int) {
    OpenFile& file = of(base);
    const Lock guard(file.disk->mutex_);
    if (!file.maps) return SQLITE_OK;
    file.maps = false;
    if (--file.node->mapped == 0) {
      file.node->regions.clear();
      file.node->slots = {};
    }
    return SQLITE_OK;
  }

  // --- the rest ---

  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return kSectorBytes; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
  static sqlite3_vfs* real() { return sqlite3_vfs_find(nullptr); }
  static int randomness(sqlite3_vfs*, int size, char* out) { return real()->xRandomness(real(), size, out); }
  static int sleep(sqlite3_vfs*, int microseconds) { return real()->xSleep(real(), microseconds); }
  static int now(sqlite3_vfs*, double* days) { return real()->xCurrentTime(real(), days); }
  static int now_ms(sqlite3_vfs*, sqlite3_int64* ms) { return real()->xCurrentTimeInt64(real(), ms); }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  static const sqlite3_io_methods kMethods;
};

const sqlite3_io_methods MemoryDiskVfs::kMethods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map,
    .xShmLock = lock_memory,
    .xShmBarrier = barrier,
    .xShmUnmap = unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

MemoryDisk::MemoryDisk(const DiskImage& seen, const DiskImage& durable) : vfs_(std::make_unique<sqlite3_vfs>()) {
  static std::atomic<int> disks{0};
  vfs_name_ = "memory-disk-" + std::to_string(++disks);
  for (const auto& [path, content] : seen) {
    auto node = std::make_shared<Node>();
    node->number = next_file_++;
    node->seen = content;
    if (const auto there = durable.find(path); there != durable.end()) node->durable = there->second;
    files_.emplace(path, std::move(node));
  }
  vfs_->iVersion = 2;
  vfs_->szOsFile = sizeof(OpenFile);
  vfs_->mxPathname = static_cast<int>(kMaxPath);
  vfs_->zName = vfs_name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = MemoryDiskVfs::open;
  vfs_->xDelete = MemoryDiskVfs::remove;
  vfs_->xAccess = MemoryDiskVfs::access;
  vfs_->xFullPathname = MemoryDiskVfs::full_path;
  vfs_->xRandomness = MemoryDiskVfs::randomness;
  vfs_->xSleep = MemoryDiskVfs::sleep;
  vfs_->xCurrentTime = MemoryDiskVfs::now;
  vfs_->xGetLastError = MemoryDiskVfs::last_error;
  vfs_->xCurrentTimeInt64 = MemoryDiskVfs::now_ms;
  sqlite3_vfs_register(vfs_.get(), 0);
}

MemoryDisk::~MemoryDisk() { sqlite3_vfs_unregister(vfs_.get()); }

DiskImage MemoryDisk::seen() const {
  const std::lock_guard guard(mutex_);
  DiskImage image;
  for (const auto& [path, node] : files_) image.emplace(path, node->seen);
  return image;
}

std::uint64_t MemoryDisk::operations() const {
  const std::lock_guard guard(mutex_);
  return operations_;
}

std::uint64_t MemoryDisk::failures() const {
  const std::lock_guard guard(mutex_);
  return failures_;
}

void MemoryDisk::fail_at(std::uint64_t operation, Fault fault) {
  const std::lock_guard guard(mutex_);
  fault_at_ = operation;
  fault_ = fault;
}

void MemoryDisk::repair() {
  const std::lock_guard guard(mutex_);
  fault_.reset();
}

bool MemoryDisk::fails(Access access) {
  const std::uint64_t number = operations_++;
  if (!fault_ || number < fault_at_ || (number > fault_at_ && !fault_->lasting)) return false;
  // A full disk reads, and writes where something stands already. Room that was promised to a write may be missing when
  // it is synced.
  if (fault_->kind == Fault::Kind::kFull && access != Access::kGrow && access != Access::kSync) return false;
  ++failures_;
  return true;
}

}  // namespace rw::test
