// The connections that wait for their client (for its first byte, the rest of a head, the next request), watched by one
// epoll instance: what a wait costs does not depend on how many there are. Beside them it watches the listener and an
// event to be woken by. Used by one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/http/connection.h"
#include "daemon/http/socket.h"

namespace rw::http {

using ConnectionPtr = std::unique_ptr<Connection>;

class ParkedConnections {
 public:
  // poller: from make_poller(). listener and wake outlive it.
  ParkedConnections(Descriptor poller, const Descriptor& listener, const Descriptor& wake);

  std::size_t size() const { return parked_.size(); }

  // False: the system has no room to watch it, and it is closed.
  bool park(ConnectionPtr connection, bool wants_write);

  struct Woken {
    std::vector<ConnectionPtr> connections;  // that can go on; they are no longer parked
    bool can_accept = false;
  };
  // Waits until there is something to do or a deadline is over, `until` at the latest. accepting: look at the listener.
  Woken wait(bool accepting, SteadyTime until);

  // One whose deadline is over; null: none.
  ConnectionPtr take_expired(SteadyTime now);
  // The one that can best be done without: idle for longest; when none is idle, the nearest to its deadline. Null: none
  // is there.
  ConnectionPtr take_least_needed();
  // Of those that have begun, the one that holds most (see Connection::held_bytes), and at least that much; null: none
  // does. Looks at all.
  ConnectionPtr take_largest(std::size_t least_bytes);

 private:
  using Deadlines = std::set<std::pair<SteadyTime, int>>;

  ConnectionPtr take(int descriptor);
  Deadlines& deadlines_of(const Connection& connection) { return connection.idle() ? idle_ : begun_; }

  const Descriptor poller_;
  const int listener_;
  const int wake_;
  bool accepting_ = false;
  std::unordered_map<int, ConnectionPtr> parked_;  // by descriptor
  // Of the parked; neither deadline nor idleness changes meanwhile.
  Deadlines idle_;
  Deadlines begun_;
};

}  // namespace rw::http
