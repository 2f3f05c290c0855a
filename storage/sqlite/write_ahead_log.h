// What we do ourselves with SQLite's write-ahead log (WAL, https://www.sqlite.org/wal.html), because its failures must
// not be quiet ones.
#pragma once

#include "daemon/core/result.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

// About 32 MiB of log between checkpoints.
inline constexpr int kCheckpointPages = 8000;

// Writes the bytes of the log once more, in place, and syncs them. To be called on a connection before it writes for
// the first time, and before it checkpoints: SQLite takes every commit that it reads in the log for a durable one, but
// after a sync that failed the kernel gives back what never reached the disk, and holds it for written; a later sync
// says all is well. Such a commit would be lost with the power, with all that was acknowledged on top of it, and a
// checkpoint torn. A connection that stays open needs none of this: it knows which commit has failed, and writes that
// part of the log anew. Nothing to do: no log, or another process writes, who has done it. Errors: Io.
core::Result<void> make_log_durable(Connection& connection);

// Closing this connection leaves the log as it is, also when it is the last one, which would else checkpoint it: for
// connections that have not called make_log_durable().
void leave_log_on_close(Connection& connection);

// Checkpoints: moves committed pages from the log to the database file, after the commit that makes the log as long as
// `pages`. SQLite's own (wal_autocheckpoint) runs within the commit, so that senders wait for it, and keeps its errors
// to itself, so that a log could grow without an end and nobody would know.
class Checkpointer {
 public:
  // Stays where it is, and as long as the connection.
  Checkpointer(Connection& connection, int pages);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Does it when it is due. A reader that keeps it from coming to its end is no error: the next one goes on.
  core::Result<void> run(Connection& connection);

 private:
  static int on_commit(void* self, sqlite3*, const char*, int pages);

  const int pages_;
  int pages_in_log_ = 0;
};

}  // namespace rw::storage::sqlite
