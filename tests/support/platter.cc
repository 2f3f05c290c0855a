#include "tests/support/platter.h"

#include <algorithm>
#include <unordered_map>

namespace rw::test {
namespace {

using Kind = DiskOperation::Kind;

constexpr std::size_t kSectorBytes = 512;

void apply(const DiskOperation& operation, std::size_t bytes, std::string& content) {
  if (operation.kind == Kind::kTruncate) {
    content.resize(operation.at);
    return;
  }
  const auto at = static_cast<std::size_t>(operation.at);
  if (content.size() < at + bytes) content.resize(at + bytes);
  std::copy_n(operation.bytes.begin(), bytes, content.begin() + static_cast<std::ptrdiff_t>(at));
}

std::size_t size_after(const DiskOperation& operation, std::size_t size) {
  const auto at = static_cast<std::size_t>(operation.at);
  return operation.kind == Kind::kTruncate ? at : std::max(size, at + operation.bytes.size());
}

std::size_t up_to(std::size_t most, std::mt19937& chance) {
  return std::uniform_int_distribution<std::size_t>(0, most)(chance);
}

}  // namespace

Platter::Platter(const DiskImage& seen, const DiskImage& durable) {
  std::size_t number = 0;
  for (const auto& [path, content] : seen) {
    Name& name = names_[path];
    const auto there = durable.find(path);
    if (there != durable.end()) {
      name = {.durable = true, .file = number, .unsynced = {}};
      files_[number].durable = there->second;
    } else {  // its directory was not synced yet
      name.unsynced.push_back({.kind = Kind::kCreate, .file = number, .name = path});
    }
    ++number;
  }
}

void Platter::take(const DiskOperation& operation) {
  last_writes_ = operation.kind == Kind::kWrite;
  last_file_ = operation.file;
  switch (operation.kind) {
    case Kind::kCreate:
    case Kind::kDelete:
      names_[operation.name].unsynced.push_back(operation);
      return;
    case Kind::kWrite:
    case Kind::kTruncate:
      files_[operation.file].unsynced.push_back(operation);
      return;
    case Kind::kFailedSync:
      files_[operation.file].unsynced.clear();
      return;
    case Kind::kSync: {
      File& file = files_[operation.file];
      for (const DiskOperation& done : file.unsynced) apply(done, done.bytes.size(), file.durable);
      file.unsynced.clear();
      return;
    }
    case Kind::kSyncDirectory:
      for (auto& [path, name] : names_) {
        if (name.unsynced.empty()) continue;
        name.durable = name.unsynced.back().kind == Kind::kCreate;
        name.file = name.unsynced.back().file;
        name.unsynced.clear();
      }
      return;
  }
}

DiskImage Platter::left(Survival survival, std::mt19937& chance) const {
  DiskImage image;
  for (const auto& [path, name] : names_) {
    std::size_t kept = name.unsynced.size();
    if (survival == Survival::kSynced) kept = 0;
    if (survival == Survival::kSome || survival == Survival::kSomeGarbage) kept = up_to(kept, chance);
    const bool there = kept == 0 ? name.durable : name.unsynced[kept - 1].kind == Kind::kCreate;
    if (!there) continue;
    const std::size_t number = kept == 0 ? name.file : name.unsynced[kept - 1].file;
    const auto file = files_.find(number);
    image[path] = file == files_.end() ? std::string()
                                       : content(file->second, survival, last_writes_ && number == last_file_, chance);
  }
  return image;
}

std::string Platter::content(const File& file, Survival survival, bool is_last, std::mt19937& chance) {
  if (survival == Survival::kSynced || file.unsynced.empty()) return file.durable;
  if (survival == Survival::kSome) return some_of(file, false, chance);
  if (survival == Survival::kSomeGarbage) return some_of(file, true, chance);
  std::string content = file.durable;
  for (const DiskOperation& done : file.unsynced) {
    std::size_t bytes = done.bytes.size();
    if (survival == Survival::kLastTorn && is_last && &done == &file.unsynced.back()) {
      // It ends where a sector of the disk does, or has not begun.
      const std::size_t end = (static_cast<std::size_t>(done.at) + up_to(bytes, chance)) / kSectorBytes * kSectorBytes;
      bytes = std::min(bytes, end > done.at ? end - static_cast<std::size_t>(done.at) : 0);
      if (bytes == 0) continue;
    }
    apply(done, bytes, content);
  }
  return content;
}

// Each sector, and the size, as after the first so many operations, each its own number of them.
std::string Platter::some_of(const File& file, bool garbage, std::mt19937& chance) {
  std::size_t largest = file.durable.size();
  for (const DiskOperation& done : file.unsynced) largest = std::max(largest, size_after(done, 0));
  std::size_t size = file.durable.size();
  const std::size_t sized = up_to(file.unsynced.size(), chance);
  for (std::size_t i = 0; i < sized; ++i) size = size_after(file.unsynced[i], size);

  std::string content = file.durable;
  while (content.size() < largest) content += garbage ? static_cast<char>(chance()) : '\0';
  std::unordered_map<std::size_t, std::size_t> operations_of;  // sector → how many of them reached it
  const auto reached = [&](std::size_t sector, std::size_t operation) {
    const auto [it, added] = operations_of.try_emplace(sector, 0);
    if (added) it->second = up_to(file.unsynced.size(), chance);
    return operation < it->second;
  };
  for (std::size_t i = 0; i < file.unsynced.size(); ++i) {
    const DiskOperation& done = file.unsynced[i];
    const auto begin = static_cast<std::size_t>(done.at);
    const std::size_t end = done.kind == Kind::kTruncate ? largest : begin + done.bytes.size();
    for (std::size_t at = begin; at < end;) {
      const std::size_t sector = at / kSectorBytes;
      const std::size_t next = std::min(end, (sector + 1) * kSectorBytes);
      if (reached(sector, i)) {
        for (std::size_t byte = at; byte < next; ++byte) {
          content[byte] = done.kind == Kind::kTruncate ? '\0' : done.bytes[byte - begin];
        }
      }
      at = next;
    }
  }
  content.resize(size);
  return content;
}

}  // namespace rw::test
