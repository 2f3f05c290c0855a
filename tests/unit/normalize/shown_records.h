// Records as JSON, for golden files: what is absent is left out.
#pragma once

#include <catch2/catch.hpp>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/ingest/pipeline.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace rw::ingest {

using Json = nlohmann::ordered_json;

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// An object of what is not null.
class Shown {
 public:
  void text(const char* name, std::string_view value) {
    if (!value.empty()) json_[name] = value;
  }
  void json(const char* name, std::string_view value) {
    if (!value.empty()) json_[name] = Json::parse(value);
  }
  void base(const cim::EventBase& record) {
    text("time", core::format_rfc3339(record.time));
    if (record.utc_time) text("utc_time", core::format_rfc3339(*record.utc_time));
    text("computer", record.source.computer);
    text("channel", record.source.channel);
    text("provider", record.source.provider);
    json_["event_id"] = record.source.event_id;
    if (record.record_id) json_["record_id"] = *record.record_id;
    text("event_type", record.source.event_type);
  }
  Json finish(const cim::EventBase& record) {
    json("envelope", record.source.envelope);
    json("extra", record.extra);
    return std::move(json_);
  }

 private:
  Json json_ = Json::object();
};

inline Json show(const cim::RegistryRecord& record) {
  Shown shown;
  shown.base(record);
  shown.text("action", cim::action_name(record.action));
  shown.text("key_name", record.key_name);
  shown.text("value_name", record.value_name);
  shown.text("value_data", record.value_data);
  shown.text("value_type", record.value_type);
  shown.text("details", record.details);
  shown.text("user", record.user);
  shown.text("user_domain", record.user_domain);
  shown.text("process_path", record.process_path);
  shown.text("process_guid", record.process_guid);
  shown.text("process_id", record.process_id);
  return shown.finish(record);
}

inline Json show(const cim::ProcessRecord& record) {
  Shown shown;
  shown.base(record);
  shown.text("user", record.user);
  shown.text("user_domain", record.user_domain);
  shown.text("parent_user", record.parent_user);
  shown.text("parent_user_domain", record.parent_user_domain);
  shown.text("process", record.process);
  shown.text("process_path", record.process_path);
  shown.text("process_id", record.process_id);
  shown.text("process_guid", record.process_guid);
  shown.text("process_hash", record.process_hash);
  shown.text("process_integrity_level", record.process_integrity_level);
  shown.text("process_current_directory", record.process_current_directory);
  shown.text("original_file_name", record.original_file_name);
  shown.text("parent_process", record.parent_process);
  shown.text("parent_process_path", record.parent_process_path);
  shown.text("parent_process_id", record.parent_process_id);
  shown.text("parent_process_guid", record.parent_process_guid);
  shown.json("image_version", record.image_version);
  shown.json("session", record.session);
  return shown.finish(record);
}

// Shows each batch instead of storing it.
class ShowingSession final : public storage::WriteSession {
 public:
  explicit ShowingSession(Json& shown) : shown_(shown) {}
  core::Result<std::vector<storage::CommitOutcome>> commit(std::span<const storage::Batch> batches) override {
    for (const storage::Batch& batch : batches) {
      for (const auto& record : batch.registry) shown_["registry"].push_back(show(record));
      for (const auto& record : batch.processes) shown_["processes"].push_back(show(record));
      for (const auto& rejected : batch.rejected) shown_["rejected"].push_back(rejected.reason);
    }
    return std::vector<storage::CommitOutcome>(batches.size());
  }

 private:
  Json& shown_;
};

// What a pipeline of its own said to a message, and gave to the store.
struct Taken {
  core::Result<std::size_t> added;
  Json shown;
};

// `before`: a message that the same pipeline gets first.
inline Taken take_message(std::string_view message, const MessageContext& context, core::Counters& counters,
                          std::string_view before = {}) {
  Taken taken{std::size_t{0}, Json::object()};
  {
    storage::Writer writer(std::make_unique<ShowingSession>(taken.shown), {}, counters);
    KeyDeletions key_deletions;
    Pipeline pipeline(writer, counters, key_deletions);
    if (!before.empty()) CHECK(pipeline.add(before, context).ok());
    taken.added = pipeline.add(message, context);
    CHECK(pipeline.flush());
  }
  return taken;
}

}  // namespace rw::ingest
