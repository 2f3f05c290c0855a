#include "daemon/ingest/net/syslog_session.h"

#include <optional>
#include <utility>

#include "daemon/ingest/net/sessions.h"

namespace rw::ingest {

SyslogSession::SyslogSession(Sessions& sessions, SyslogListener& listener, Stream stream)
    : Session(sessions, listener, std::move(stream)), messages_(sessions.options().max_message_bytes) {}

bool SyslogSession::take(std::string_view bytes) {
  messages_.append(bytes);
  const Origin from = origin();
  while (true) {
    const core::Result<std::optional<SyslogStream::Message>> message = messages_.next();
    if (!message.ok()) {
      thread().counters().add(core::Counter::kSyslogFramingErrors);
      thread().reject(messages_.pending(), "framing: " + message.error().message + "; the connection was closed", from);
      return false;
    }
    if (!message->has_value()) return true;
    thread().take((*message)->text, (*message)->cut_bytes, from);
  }
}

void SyslogSession::take_rest(bool clean) {
  const std::optional<SyslogStream::Rest> rest = messages_.finish();
  if (!rest) return;
  if (rest->incomplete) {
    thread().counters().add(core::Counter::kSyslogIncomplete);
    thread().reject(rest->message.text, "the connection ended in the middle of an octet-counted message", origin());
    return;
  }
  // A line without its end may be the last one of a file, and whole.
  const bool taken = thread().take(rest->message.text, rest->message.cut_bytes, origin());
  if (!clean || !taken) thread().counters().add(core::Counter::kSyslogIncomplete);
}

}  // namespace rw::ingest
