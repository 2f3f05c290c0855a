#include "storage/sqlite/dictionary.h"

#include <utility>

#include "daemon/core/text.h"

namespace rw::storage::sqlite {

core::Result<void> Dictionary::prepare(Connection& connection) {
  const std::pair<Statement*, const char*> table[] = {
      {&sweeps_now_, "SELECT sweeps FROM upkeep"},
      {&new_paths_, "SELECT id, key_name, value_name FROM registry_path WHERE id > ?1 ORDER BY id DESC"},
      {&new_actors_,
       "SELECT id, process_guid, process_id, process_path, user, user_domain FROM actor WHERE id > ?1"
       " ORDER BY id DESC"},
      {&new_sources_,
       "SELECT id, computer, channel, provider, event_id, event_type, envelope FROM source WHERE id > ?1"
       " ORDER BY id DESC"},
  };
  for (const auto& [statement, sql] : table) {
    RW_TRY(*statement, connection.prepare(sql));
  }
  RW_CHECK(term_rows_.prepare(connection, "term", "id, text"));
  RW_CHECK(path_rows_.prepare(connection, "registry_path", "id, key_name, value_name"));
  RW_CHECK(actor_rows_.prepare(connection, "actor", "id, process_guid, process_id, process_path, user, user_domain"));
  RW_CHECK(
      source_rows_.prepare(connection, "source", "id, computer, channel, provider, event_id, event_type, envelope"));
  return origins.prepare(connection);
}

core::Result<void> Dictionary::load_new(Connection& connection) {
  RW_TRY(const bool row, sweeps_now_.step());
  RW_ASSERT(row);
  const std::int64_t sweeps = sweeps_now_.integer(0);
  sweeps_now_.reset();
  if (sweeps != sweeps_) clear();
  sweeps_ = sweeps;
  // Half of the room at most: the rest is for what comes.
  RW_CHECK(terms.load_new(connection, max_bytes_ / 4));
  RW_CHECK(paths.load_new(new_paths_, max_bytes_ / 12));
  RW_CHECK(actors.load_new(new_actors_, max_bytes_ / 12));
  return sources.load_new(new_sources_, max_bytes_ / 12);
}

core::Result<void> Dictionary::insert_pending() {
  RW_CHECK(paths.insert_pending(path_rows_));
  RW_CHECK(actors.insert_pending(actor_rows_));
  RW_CHECK(sources.insert_pending(source_rows_));
  return terms.insert_pending(term_rows_);
}

void Dictionary::clear() {
  terms.clear();
  paths.clear();
  actors.clear();
  sources.clear();
  forget_recent();
  turn_bytes_ = 0;
  sweeps_ = -1;
}

void Dictionary::forget_recent() {
  recent_paths_.clear();
  recent_actors_.clear();
  recent_sources_.clear();
  origin_of_source_ = {};
}

std::size_t Dictionary::bytes() const {
  constexpr std::size_t kOriginBytes = 48;  // of an entry of origin_of_source_
  return terms.bytes() + paths.bytes() + actors.bytes() + sources.bytes() + origin_of_source_.size() * kOriginBytes;
}

std::size_t Dictionary::bound_memory() {
  const std::size_t size = bytes();
  if (size > max_bytes_) {
    forget_recent();
    const std::size_t forgotten =
        terms.forget_unused() + paths.forget_unused() + actors.forget_unused() + sources.forget_unused();
    turn_bytes_ = bytes();
    return forgotten;
  }
  if (size > turn_bytes_ + max_bytes_ / 2) {
    forget_recent();
    terms.begin_turn();
    paths.begin_turn();
    actors.begin_turn();
    sources.begin_turn();
    turn_bytes_ = size;
  }
  return 0;
}

core::Result<Dictionary::EventIds> Dictionary::event_ids(const cim::EventSource& source) {
  const std::string_view event_id(reinterpret_cast<const char*>(&source.event_id), sizeof(source.event_id));
  const std::int64_t id = recent_sources_.id(
      {source.computer, event_id, source.event_type, source.envelope, source.channel, source.provider}, [&] {
        return sources.id({terms.id(source.computer), terms.id(source.channel), terms.id(source.provider),
                           std::int64_t{source.event_id}, terms.id(source.event_type), terms.id(source.envelope)});
      });
  if (const auto known = origin_of_source_.find(id); known != origin_of_source_.end()) {
    return EventIds{id, known->second};
  }
  RW_TRY(const std::int64_t origin, origins.id(core::fold(source.computer), core::fold(source.channel), terms));
  if (in_use_ != nullptr) in_use_->origins.add(origin);
  origin_of_source_.emplace(id, origin);
  return EventIds{id, origin};
}

std::int64_t Dictionary::path_id(const cim::RegistryRecord& record) {
  return recent_paths_.id({record.key_name, record.value_name}, [&] {
    return paths.id({terms.id(record.key_name), terms.id(record.value_name)});
  });
}

std::int64_t Dictionary::actor_id(const cim::RegistryRecord& record) {
  return recent_actors_.id(
      {record.process_guid, record.process_id, record.process_path, record.user, record.user_domain}, [&] {
        return actors.id({terms.id(record.process_guid), terms.id(record.process_id), terms.id(record.process_path),
                          terms.id(record.user), terms.id(record.user_domain)});
      });
}

void Dictionary::note_in(IdsInUse* in_use) {
  in_use_ = in_use;
  forget_recent();
  terms.note_in(in_use == nullptr ? nullptr : &in_use->terms);
  paths.note_in(in_use == nullptr ? nullptr : &in_use->paths);
  actors.note_in(in_use == nullptr ? nullptr : &in_use->actors);
  sources.note_in(in_use == nullptr ? nullptr : &in_use->sources);
}

}  // namespace rw::storage::sqlite
