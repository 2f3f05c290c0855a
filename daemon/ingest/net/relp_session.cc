#include "daemon/ingest/net/relp_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/version.h"
#include "daemon/ingest/net/sessions.h"

namespace rw::ingest {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// librelp's window: so many frames a client sends without an answer. When they are here nothing more will come until
// they are committed.
constexpr std::size_t kWindow = 128;
// For clients that keep to no window, or do not read our answers.
constexpr std::size_t kMaxUnanswered = 8 * kWindow;
constexpr std::size_t kMaxUnwrittenBytes = 64 * 1024;
constexpr std::size_t kMaxOffersBytes = 4096;

constexpr std::chrono::seconds kLeaveGrace{1};

constexpr std::string_view kOk = "200 OK";

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

core::Result<void> check_relp_offers(std::string_view offers) {
  bool has_version = false;
  bool has_syslog = false;
  while (!offers.empty()) {
    const std::size_t end = std::min(offers.find('\n'), offers.size());
    const std::string_view line = offers.substr(0, end);
    offers.remove_prefix(std::min(end + 1, offers.size()));
    if (line.starts_with("relp_version=")) has_version = true;
    if (line.starts_with("commands=") && has_word(line.substr(9), "syslog")) has_syslog = true;
  }
  if (!has_version) return core::invalid_input("open: relp_version is missing");
  if (!has_syslog) return core::invalid_input("open: commands must offer syslog");
  return {};
}

RelpSession::RelpSession(Sessions& sessions, SyslogListener& listener, Stream stream)
    : Session(sessions, listener, std::move(stream)), frames_(sessions.options().max_message_bytes) {}

bool RelpSession::ready_to_read() const { return replies_.size() < kMaxUnanswered && out_.size() < kMaxUnwrittenBytes; }

std::size_t RelpSession::unfinished_bytes() const {
  return frames_.buffered_bytes() + out_.capacity() + replies_.size() * sizeof(Reply) + reply_text_bytes_;
}

bool RelpSession::take(std::string_view bytes) {
  // What comes now is not answered; the client will send it again.
  if (phase_ == Phase::kClosing || phase_ == Phase::kLeaving) return true;
  frames_.append(bytes);
  const std::uint64_t before = messages_;
  while (phase_ == Phase::kNew || phase_ == Phase::kOpen) {
    const core::Result<std::optional<RelpStream::Frame>> frame = frames_.next();
    if (!frame.ok()) {
      thread().counters().add(core::Counter::kSyslogFramingErrors);
      thread().reject(frames_.pending(), "RELP: " + frame.error().message + "; the connection was closed", origin());
      return false;
    }
    if (!frame->has_value()) break;
    thread().counters().add(core::Counter::kRelpFrames);
    handle(**frame);
  }
  if (messages_ != before) wait_for_commit();
  answer();
  return true;
}

void RelpSession::handle(const RelpStream::Frame& frame) {
  if (frame.command == "open") {
    open(frame);
  } else if (phase_ == Phase::kNew) {
    refuse(frame.txnr, fmt::format("{}: expected open first", frame.command));
    phase_ = Phase::kClosing;
  } else if (frame.command == "syslog") {
    thread().take(frame.data, frame.cut_bytes, origin());
    reply({.txnr = frame.txnr, .message = ++messages_});
  } else if (frame.command == "close") {
    reply({.txnr = frame.txnr});
    phase_ = Phase::kClosing;
  } else {
    refuse(frame.txnr, fmt::format("{}: unknown command", frame.command));
  }
}

void RelpSession::open(const RelpStream::Frame& frame) {
  if (phase_ == Phase::kOpen) return refuse(frame.txnr, "open: the session is open already");
  const core::Result<void> offers = frame.cut_bytes != 0 || frame.data.size() > kMaxOffersBytes
                                        ? core::invalid_input("open: the offers are too long")
                                        : check_relp_offers(frame.data);
  if (!offers.ok()) {
    thread().reject(frame.data, "RELP: " + offers.error().message + "; the session was refused", origin());
    refuse(frame.txnr, offers.error().message);
    phase_ = Phase::kClosing;
    return;
  }
  phase_ = Phase::kOpen;
  reply({.txnr = frame.txnr,
         .data = fmt::format("{}\nrelp_version=0\nrelp_software=regwarden,{}\ncommands=syslog", kOk, core::kVersion)});
}

void RelpSession::refuse(std::uint32_t txnr, std::string_view reason) {
  thread().counters().add(core::Counter::kRelpRefused);
  reply({.txnr = txnr, .data = fmt::format("500 {}", reason)});
}

void RelpSession::reply(Reply reply) {
  reply_text_bytes_ += reply.data.size();
  replies_.push_back(std::move(reply));
}

void RelpSession::wait_for_commit() {
  thread().when_committed([this, weak = weak_from_this(), message = messages_](bool stored) {
    if (const auto keeper = weak.lock()) committed(message, stored);
  });
  if (replies_.size() >= kWindow) thread().flush_now();
}

void RelpSession::committed(std::uint64_t message, bool stored) {
  if (closed()) return;
  if (!stored) {
    static core::OncePerMinute warning;
    if (warning.due()) {
      spdlog::error("syslog/relp: the store refused messages; closing the connection without an answer for them");
    }
    close();
    return;
  }
  committed_ = message;
  answer();
}

void RelpSession::answer() {
  if (closed()) return;
  while (!replies_.empty() && replies_.front().message <= committed_) {
    const Reply& reply = replies_.front();
    out_ += relp_frame(reply.txnr, "rsp", reply.message == 0 ? std::string_view(reply.data) : kOk);
    reply_text_bytes_ -= reply.data.size();
    replies_.pop_front();
  }
  if (replies_.empty() && phase_ == Phase::kClosing) {
    phase_ = Phase::kLeaving;
    out_ += relp_frame(0, "serverclose", {});
  }
  if (!waits_for_write_) write();
  note_held();
}

void RelpSession::write() {
  std::size_t written = 0;
  while (written < out_.size()) {
    const auto [state, bytes] = stream().write(std::string_view(out_).substr(written));
    if (state == Stream::State::kDone) {
      written += bytes;
      continue;
    }
    if (state == Stream::State::kEnd || state == Stream::State::kFailed) {
      close();
      return;
    }
    waits_for_write_ = true;
    stream().socket().async_wait(state == Stream::State::kWantRead ? tcp::socket::wait_read : tcp::socket::wait_write,
                                 [this, keeper = shared_from_this()](const error_code& error) {
                                   waits_for_write_ = false;
                                   if (error || closed()) return;
                                   write();
                                   note_held();
                                 });
    break;
  }
  out_.erase(0, written);
  if (!out_.empty()) return;
  if (out_.capacity() > kMaxUnwrittenBytes / 16) std::string().swap(out_);
  if (phase_ == Phase::kLeaving) {
    leave();
  } else {
    resume();
  }
}

void RelpSession::leave() {
  // What the client has sent meanwhile is read and forgotten: a plain close would reset the connection, and our last
  // answers with it. But a client that is idle reads nothing, and does not know.
  stream().half_close();
  resume();
  leave_timer_ = std::make_unique<boost::asio::steady_timer>(thread().context());
  leave_timer_->expires_after(kLeaveGrace);
  leave_timer_->async_wait([this, weak = weak_from_this()](const error_code& error) {
    const auto keeper = weak.lock();
    if (!error && keeper) close();
  });
}

void RelpSession::stop() {
  if (phase_ == Phase::kLeaving) return;
  phase_ = Phase::kClosing;
  thread().flush_now();
  answer();
}

void RelpSession::take_rest(bool) {
  // Not acknowledged, so it will come again: nothing is lost by the cut.
  if (!frames_.pending().empty()) thread().counters().add(core::Counter::kSyslogIncomplete);
}

}  // namespace rw::ingest
