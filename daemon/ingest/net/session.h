// One connection of a syslog sender: what all protocols on TCP share. TLS handshake, waiting, back-pressure, idle time
// and the way to stop are here; what the bytes mean is a subclass's. A connection that waits holds no buffer. On its
// I/O thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/ingest/net/io_thread.h"
#include "daemon/ingest/net/stream.h"
#include "daemon/ingest/net/syslog_listener.h"

namespace rw::ingest {

class Sessions;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Sessions& sessions, SyslogListener& listener, Stream stream);
  virtual ~Session() = default;

  void start();
  // The daemon stops: what was sent already is taken, within the drain timeout.
  void begin_stop();
  // That time is over: reads what has arrived already, and ends.
  void close_now();
  // Nothing has come since then, and it was not we who did not read.
  bool idle_since(std::chrono::steady_clock::time_point limit) const;
  void close_idle();

  const std::string& peer() const { return peer_; }
  // Memory it holds for what is not finished: as of the last read or write.
  std::size_t held_bytes() const { return held_bytes_; }
  // All together hold too much and this one most: what it has not finished is kept as rejected, with this reason.
  void close_to_make_room(const std::string& reason);

 protected:
  // False: the stream cannot be cut any more; the connection is closed.
  virtual bool take(std::string_view bytes) = 0;
  // The connection ends. clean: the sender has closed; otherwise it broke off.
  virtual void take_rest(bool clean) = 0;
  // See begin_stop(); the handshake is over.
  virtual void stop() = 0;
  // Memory held for messages that are not whole and answers that are not written.
  virtual std::size_t unfinished_bytes() const = 0;
  // The bytes that no message was made of yet.
  virtual std::string_view pending() const = 0;
  // False: nothing shall be read now; resume() when it changes.
  virtual bool ready_to_read() const { return true; }

  void resume();
  // To be called when unfinished_bytes() has changed other than by take().
  void note_held();
  void close();
  bool closed() const { return closed_; }
  IoThread& thread() const { return thread_; }
  Stream& stream() { return stream_; }
  Origin origin() const;

 private:
  enum class Read { kSome, kNothing, kEnd };

  void wait(boost::asio::ip::tcp::socket::wait_type what);
  void ready();
  void go_on_reading();
  void shake_hands();
  void refuse(const std::string& reason);
  Read read_once();

  Sessions& sessions_;
  IoThread& thread_;
  SyslogListener& listener_;
  Stream stream_;
  std::string peer_;
  std::chrono::steady_clock::time_point last_read_;
  std::size_t held_bytes_ = 0;                                  // as the Sessions know it
  std::unique_ptr<boost::asio::steady_timer> handshake_timer_;  // while there is a handshake
  boost::asio::ip::tcp::socket::wait_type waits_for_ = boost::asio::ip::tcp::socket::wait_read;
  bool first_bytes_ = true;  // of the handshake
  bool waits_for_room_ = false;
  bool waits_for_session_ = false;  // see ready_to_read()
  bool stopping_ = false;
  bool closed_ = false;
};

}  // namespace rw::ingest
