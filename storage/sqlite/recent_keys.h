// What keys of several texts stood for of late: in front of the dictionary's maps, so that a combination that comes
// again costs one lookup instead of one for each of its texts. Holds a bounded number of keys: one that falls on
// another's place takes it. Used on the writer's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace rw::storage::sqlite {

class RecentKeys {
 public:
  // places: a power of two; their memory is taken with the first key. The first so many texts of a key choose its
  // place: those that tell nearly all keys apart. All are compared.
  RecentKeys(std::size_t places, std::size_t choosing_texts);

  using Key = std::initializer_list<std::string_view>;

  // What the key stands for; 0: not known.
  std::int64_t find(Key key) const;
  void keep(Key key, std::int64_t id);
  // The same, where `make` says it if it is not known.
  template <class Make>
  std::int64_t id(Key key, const Make& make) {
    std::int64_t id = find(key);
    if (id == 0) {
      id = make();
      keep(key, id);
    }
    return id;
  }
  void clear();
  std::size_t bytes() const;

 private:
  static constexpr std::size_t kLongestKeyBytes = 1024;
  struct Place {
    std::uint64_t hash = 0;
    std::int64_t id = 0;  // 0: free
    std::string texts;    // of the key, each with its size
  };

  std::uint64_t hash_of(Key key) const;

  const std::uint64_t seed_;  // against chosen collisions
  const std::size_t mask_;
  const std::size_t choosing_texts_;
  std::vector<Place> places_;
};

}  // namespace rw::storage::sqlite
