// Indexer acknowledgement of the Event Collector (docs.splunk.com "About HTTP Event Collector Indexer Acknowledgment"):
// each accepted request of a channel gets an id, from 0; a query tells once, per id, that it is committed. As replies
// come after the commit, every id that was given out is true at once.
// Bounded: the kMaxChannels channels used last, of each the kMaxIds newest ids. What is older is forgotten and answered
// false: then a client sends again, and what is stored already is not stored twice.
// Thread-safe.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/core/mutex.h"
#include "daemon/core/result.h"

namespace rw::ingest {

// "FE0ECFAD-13D5-401B-847D-77833BD77131", any case.
bool is_guid(std::string_view text);

class HecAcks {
 public:
  static constexpr std::size_t kMaxChannels = 1000;
  static constexpr std::size_t kMaxIds = 16384;

  // The id of a request that is committed. Channels compare without case.
  std::uint64_t issue(std::string_view channel);
  // {"acks":[0,1]} → {"acks":{"0":true,"1":false}}. True is told once; unknown ids are false.
  // Errors: InvalidInput (no such object, an id that is none, more than kMaxIds of them).
  core::Result<std::string> query(std::string_view channel, std::string_view body);

 private:
  struct Channel {
    std::string name;
    std::uint64_t next_id = 0;
    std::bitset<kMaxIds> untold;  // of id: bit id % kMaxIds
  };

  bool tell(Channel& channel, std::uint64_t id);
  // Moves the channel to the front. Null: unknown.
  Channel* find(const std::string& name) RW_REQUIRES(mutex_);

  core::Mutex mutex_;
  std::list<Channel> channels_ RW_GUARDED_BY(mutex_);  // used last first
  std::unordered_map<std::string, std::list<Channel>::iterator> by_name_ RW_GUARDED_BY(mutex_);
};

}  // namespace rw::ingest
