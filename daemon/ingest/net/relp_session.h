// A RELP session (rsyslog's omrelp), server side: every frame is answered, in the order of TXNR, and a `syslog` frame
// only after its message was committed to disk. What the store does not take is not answered; the client keeps it and
// sends it again in its next session, and what was stored already is then a duplicate event. Never answered 500 for
// that: the client would drop the message for good. A message that cannot be decoded is answered 200; it stands in
// `rejected`.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/ingest/framing/relp_stream.h"
#include "daemon/ingest/net/session.h"

namespace rw::ingest {

// What the `open` of a client must offer, for us to serve it. Errors: InvalidInput (what is missing).
core::Result<void> check_relp_offers(std::string_view offers);

class RelpSession final : public Session {
 public:
  RelpSession(Sessions& sessions, SyslogListener& listener, Stream stream);

 private:
  enum class Phase {
    kNew,  // `open` is to come
    kOpen,
    kClosing,  // answers what is left, then says so and ends
    kLeaving,  // has said so; waits a moment for the client to close
  };
  struct Reply {
    std::uint32_t txnr = 0;
    std::uint64_t message = 0;  // of a syslog frame, its number; goes out when that is committed
    std::string data = {};      // of others
  };

  bool take(std::string_view bytes) override;
  void take_rest(bool clean) override;
  void stop() override;
  bool ready_to_read() const override;
  std::size_t unfinished_bytes() const override;
  std::string_view pending() const override { return frames_.pending(); }

  void handle(const RelpStream::Frame& frame);
  void open(const RelpStream::Frame& frame);
  void refuse(std::uint32_t txnr, std::string_view reason);
  void reply(Reply reply);
  void wait_for_commit();
  void committed(std::uint64_t message, bool stored);
  // What can be answered by now.
  void answer();
  void leave();
  void write();

  RelpStream frames_;
  Phase phase_ = Phase::kNew;
  std::deque<Reply> replies_;
  std::size_t reply_text_bytes_ = 0;  // of replies_, beside themselves
  std::uint64_t messages_ = 0;        // taken
  std::uint64_t committed_ = 0;       // of these
  std::string out_;
  bool waits_for_write_ = false;
  std::unique_ptr<boost::asio::steady_timer> leave_timer_;  // kLeaving
};

}  // namespace rw::ingest
