// Sends a message of a channel, once: webhook.cc, email.cc and syslog_out.cc. Blocks until it is sent, refused or timed
// out. One thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "daemon/core/time.h"
#include "daemon/notify/message.h"
#include "daemon/notify/options.h"
#include "daemon/notify/outbox.h"

namespace rw::notify {

class Sender {
 public:
  virtual ~Sender() = default;
  // stopping: ends it within about a second; what it answers then means nothing.
  virtual Delivery send(const Message& message, core::Micros now, const std::atomic<bool>& stopping) = 0;
  // How many findings a message of this channel lists.
  virtual std::size_t listed() const { return Digest::kListed; }
  // How many one message may stand for.
  virtual std::uint64_t most_findings() const { return Group::kMost; }
};

// options and zone are copied.
std::unique_ptr<Sender> make_sender(const ChannelOptions& options, const core::TimeZone& zone);

// By kind; make_sender() chooses.
std::unique_ptr<Sender> make_webhook_sender(const ChannelOptions& options, const core::TimeZone& zone);
std::unique_ptr<Sender> make_email_sender(const ChannelOptions& options, const core::TimeZone& zone);
std::unique_ptr<Sender> make_syslog_sender(const ChannelOptions& options);

// This machine's name; "localhost" where it has none that can stand in a header.
std::string host_name();

}  // namespace rw::notify
