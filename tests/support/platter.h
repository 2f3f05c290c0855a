// What is left of a MemoryDisk when the power fails: takes the disk's operations one by one, and tells between any two
// of them what may be found afterwards. Only what was synced is sure. Of the rest, each sector of 512 bytes may have
// any state that it went through since; so may a file's size, and a name. (Within a sector nothing is torn: that is
// what POWERSAFE_OVERWRITE claims.) Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/memory_disk.h"

namespace rw::test {

enum class Survival {
  kSynced,      // nothing else
  kAll,         // as when only the process is killed
  kLastTorn,    // all, but the last operation, if it is a write, ends in the middle
  kSome,        // chosen at random; what was never written of a file that grew is zeros
  kSomeGarbage  // the same, but it is what stood there before: anything
};

class Platter {
 public:
  // What the disk began with, see MemoryDisk.
  explicit Platter(const DiskImage& image = {}) : Platter(image, image) {}
  Platter(const DiskImage& seen, const DiskImage& durable);

  void take(const DiskOperation& operation);
  DiskImage left(Survival survival, std::mt19937& chance) const;

 private:
  struct File {
    std::string durable;
    std::vector<DiskOperation> unsynced;  // kWrite, kTruncate
  };
  struct Name {
    bool durable = false;
    std::size_t file = 0;                 // of durable
    std::vector<DiskOperation> unsynced;  // kCreate, kDelete
  };

  static std::string content(const File& file, Survival survival, bool is_last, std::mt19937& chance);
  static std::string some_of(const File& file, bool garbage, std::mt19937& chance);

  std::map<std::size_t, File> files_;
  std::map<std::string, Name> names_;
  std::size_t last_file_ = 0;  // that the last operation wrote to
  bool last_writes_ = false;
};

}  // namespace rw::test
