#include "daemon/ingest/http/hec_ack.h"

#include <fmt/format.h>
#include "daemon/ingest/decode/simdjson.h"

#include <vector>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_limit.h"

namespace rw::ingest {
namespace {

core::Result<std::vector<std::uint64_t>> read_ids(std::string_view body) {
  RW_CHECK(check_event_size(body.size()));  // far above kMaxIds of them
  simdjson::dom::parser parser;
  simdjson::dom::array acks;
  if (parser.parse(body.data(), body.size()).at_key("acks").get_array().get(acks) != simdjson::SUCCESS) {
    return core::invalid_input(R"(expected {"acks":[0,1]})");
  }
  if (acks.size() > HecAcks::kMaxIds) {
    return core::invalid_input(fmt::format("acks: expected at most {} ids", HecAcks::kMaxIds));
  }
  std::vector<std::uint64_t> ids;
  for (const simdjson::dom::element ack : acks) {
    std::uint64_t id = 0;
    if (ack.get_uint64().get(id) != simdjson::SUCCESS) return core::invalid_input("acks: expected whole numbers");
    ids.push_back(id);
  }
  return ids;
}

}  // namespace

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : core::hex_value(text[i]) < 0) return false;
  }
  return true;
}

HecAcks::Channel* HecAcks::find(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  channels_.splice(channels_.begin(), channels_, found->second);
  return &channels_.front();
}

std::uint64_t HecAcks::issue(std::string_view channel) {
  const std::string name = core::fold_ascii(channel);
  core::Lock lock(mutex_);
  Channel* known = find(name);
  if (known == nullptr) {
    if (channels_.size() == kMaxChannels) {
      by_name_.erase(channels_.back().name);
      channels_.pop_back();
    }
    known = &channels_.emplace_front();
    known->name = name;
    by_name_.emplace(name, channels_.begin());
  }
  const std::uint64_t id = known->next_id++;
  known->untold.set(id % kMaxIds);
  return id;
}

bool HecAcks::tell(Channel& channel, std::uint64_t id) {
  if (id >= channel.next_id || channel.next_id - id > kMaxIds || !channel.untold.test(id % kMaxIds)) return false;
  channel.untold.reset(id % kMaxIds);
  return true;
}

core::Result<std::string> HecAcks::query(std::string_view channel, std::string_view body) {
  RW_TRY(const std::vector<std::uint64_t> ids, read_ids(body));
  std::string reply = R"({"acks":{)";
  core::Lock lock(mutex_);
  Channel* const known = find(core::fold_ascii(channel));
  for (const std::uint64_t id : ids) {
    if (!reply.ends_with('{')) reply += ',';
    reply += fmt::format(R"("{}":{})", id, known != nullptr && tell(*known, id));
  }
  return reply + "}}";
}

}  // namespace rw::ingest
