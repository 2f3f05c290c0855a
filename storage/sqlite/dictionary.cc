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
      {&term_, "INSERT INTO term VALUES (?1, ?2)"},
      {&path_, "INSERT INTO registry_path VALUES (?1, ?2, ?3)"},
      {&actor_, "INSERT INTO actor VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
      {&source_, "INSERT INTO source VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
  };
  for (const auto& [statement, sql] : table) {
    RW_TRY(*statement, connection.prepare(sql));
  }
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
  RW_CHECK(paths.insert_pending(path_));
  RW_CHECK(actors.insert_pending(actor_));
  RW_CHECK(sources.insert_pending(source_));
  return terms.insert_pending(term_);
}

void Dictionary::clear() {
  terms.clear();
  paths.clear();
  actors.clear();
  sources.clear();
  origin_of_source_ = {};
  turn_bytes_ = 0;
  sweeps_ = -1;
}

std::size_t Dictionary::bytes() const {
  constexpr std::size_t kOriginBytes = 48;  // of an entry of origin_of_source_
  return terms.bytes() + paths.bytes() + actors.bytes() + sources.bytes() + origin_of_source_.size() * kOriginBytes;
}

std::size_t Dictionary::bound_memory() {
  const std::size_t size = bytes();
  if (size > max_bytes_) {
    origin_of_source_ = {};
    const std::size_t forgotten =
        terms.forget_unused() + paths.forget_unused() + actors.forget_unused() + sources.forget_unused();
    turn_bytes_ = bytes();
    return forgotten;
  }
  if (size > turn_bytes_ + max_bytes_ / 2) {
    terms.begin_turn();
    paths.begin_turn();
    actors.begin_turn();
    sources.begin_turn();
    turn_bytes_ = size;
  }
  return 0;
}

core::Result<Dictionary::EventIds> Dictionary::event_ids(const cim::EventSource& source) {
  const std::int64_t id =
      sources.id({terms.id(source.computer), terms.id(source.channel), terms.id(source.provider),
                  static_cast<std::int64_t>(source.event_id), terms.id(source.event_type), terms.id(source.envelope)});
  if (const auto known = origin_of_source_.find(id); known != origin_of_source_.end()) {
    return EventIds{id, known->second};
  }
  RW_TRY(const std::int64_t origin, origins.id(core::fold(source.computer), core::fold(source.channel), terms));
  if (in_use_ != nullptr) in_use_->origins.add(origin);
  origin_of_source_.emplace(id, origin);
  return EventIds{id, origin};
}

void Dictionary::note_in(IdsInUse* in_use) {
  in_use_ = in_use;
  origin_of_source_ = {};  // an origin is then looked up once more, and seen
  terms.note_in(in_use == nullptr ? nullptr : &in_use->terms);
  paths.note_in(in_use == nullptr ? nullptr : &in_use->paths);
  actors.note_in(in_use == nullptr ? nullptr : &in_use->actors);
  sources.note_in(in_use == nullptr ? nullptr : &in_use->sources);
}

}  // namespace rw::storage::sqlite
