#include "daemon/notify/channel.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/record_ids.h"

namespace rw::notify {
namespace {

constexpr std::int64_t kChunk = 200;  // ids that are read at a time

storage::Listing listing_of(FindingKind kind) {
  return kind == FindingKind::kNotable ? storage::Listing::kNotables : storage::Listing::kRiskEvents;
}

std::size_t outbox_column(const storage::Table& table, std::string_view name) {
  const auto found = std::ranges::find(table.columns, name);
  RW_ASSERT(found != table.columns.end());
  return static_cast<std::size_t>(found - table.columns.begin());
}

std::vector<storage::Notification> notifications_of(const storage::ListPage& page) {
  const storage::Table& table = page.table;
  std::vector<storage::Notification> messages;
  for (const auto& row : table.rows) {
    const auto text = [&](std::string_view column) {
      const auto* value = std::get_if<std::string>(&row[outbox_column(table, column)]);
      return value == nullptr ? std::string() : *value;
    };
    const auto integer = [&](std::string_view column) {
      const auto* value = std::get_if<std::int64_t>(&row[outbox_column(table, column)]);
      return value == nullptr ? std::nullopt : std::optional(*value);
    };
    storage::Notification& message = messages.emplace_back();
    message.key = text("key");
    message.created = core::from_us(integer("time").value_or(0));
    message.channel = text("channel");
    message.kind = text("kind");
    message.findings = integer("findings").value_or(0);
    message.ids = text("ids");
    message.state = text("state");
    message.attempts = integer("attempts").value_or(0);
    if (const auto next = integer("next_attempt")) message.next_attempt = core::from_us(*next);
    message.error = text("error");
  }
  return messages;
}

bool is_held(const storage::Notification& message, FindingKind kind, core::Micros now) {
  return message.kind == kind_name(kind) && message.attempts == 0 && message.next_attempt &&
         *message.next_attempt > now;
}

}  // namespace

core::Result<std::vector<storage::Notification>> waiting_messages(storage::Reader& reader, const std::string& channel) {
  std::vector<storage::Notification> messages;
  storage::ListRequest request;
  request.listing = storage::Listing::kNotifications;
  request.filters = {{"state", "waiting"}};
  if (!channel.empty()) request.filters.emplace_back("channel", channel);
  do {
    RW_TRY(const storage::ListPage page, reader.list(request));
    std::ranges::move(notifications_of(page), std::back_inserter(messages));
    request.after = page.next;
  } while (request.after);
  std::ranges::reverse(messages);  // oldest first
  return messages;
}

Channel::Channel(ChannelOptions options, core::TimeZone zone, std::string url, std::unique_ptr<Sender> sender,
                 Sources sources)
    : options_(std::move(options)),
      zone_(std::move(zone)),
      url_(std::move(url)),
      sender_(std::move(sender)),
      sources_(sources),
      notables_{FindingKind::kNotable, Group(options_, sender_->most_findings())},
      risk_events_{FindingKind::kRiskEvent, Group(options_, sender_->most_findings())} {}

core::Result<void> Channel::look(const std::atomic<bool>& stopping) {
  if (!loaded_) RW_CHECK(load(stopping));
  if (unsaved_) RW_CHECK(save({*unsaved_}, stopping));
  // From here on the store knows all that was done.
  if (look_again_.exchange(false)) RW_CHECK(find_waiting());
  for (Pending* pending : {&notables_, &risk_events_}) {
    RW_CHECK(take_up(*pending));
    RW_CHECK(make_messages(*pending, stopping));
  }
  return send_due(stopping);
}

std::optional<FailingChannel> Channel::failing() const {
  core::Lock lock(mutex_);
  return failing_;
}

// A channel that is new tells what is found from now on.
core::Result<void> Channel::load(const std::atomic<bool>& stopping) {
  storage::ListRequest request;
  request.listing = storage::Listing::kNotifyChannels;
  request.filters = {{"channel", options_.name}};
  RW_TRY(const storage::ListPage page, sources_.reader.list(request));
  if (page.table.rows.empty()) {
    RW_TRY(notables_.taken, newest(FindingKind::kNotable, 0));
    RW_TRY(risk_events_.taken, newest(FindingKind::kRiskEvent, 0));
    storage::Edits edits;
    edits.notify_cursors = {cursor()};
    RW_CHECK(sources_.commit(std::move(edits), stopping));
  } else {
    const auto& row = page.table.rows.front();
    notables_.taken = std::get<std::int64_t>(row[outbox_column(page.table, "notable")]);
    risk_events_.taken = std::get<std::int64_t>(row[outbox_column(page.table, "risk_event")]);
  }
  RW_TRY(waiting_, waiting_messages(sources_.reader, options_.name));
  for (const storage::Notification& message : waiting_) {
    if (message.attempts > 0 && message.next_attempt) blocked_until_ = message.next_attempt;
  }
  for (Pending* pending : {&notables_, &risk_events_}) pending->seen = pending->taken;
  loaded_ = true;
  return {};
}

core::Result<void> Channel::find_waiting() {
  auto waiting = waiting_messages(sources_.reader, options_.name);
  if (!waiting.ok()) {
    look_again_ = true;
    return waiting.error();
  }
  waiting_ = std::move(waiting).value();
  blocked_until_.reset();
  return {};
}

core::Result<void> Channel::take_up(Pending& pending) {
  if (pending.kind == FindingKind::kRiskEvent && !options_.risk_events) return {};
  RW_TRY(const std::int64_t last, newest(pending.kind, pending.seen));
  while (pending.seen < last) {
    const std::int64_t before = std::min(pending.seen + kChunk, last) + 1;
    RW_TRY(const std::vector<Finding> findings, findings_between(pending.kind, pending.seen, before));
    for (const Finding& finding : findings) {
      if (!pending.group.add(finding, sources_.clock.now())) return {};
      pending.seen = finding.id;
    }
    pending.seen = before - 1;
  }
  return {};
}

core::Result<void> Channel::make_messages(Pending& pending, const std::atomic<bool>& stopping) {
  if (pending.seen == pending.taken) return {};
  const core::Micros now = sources_.clock.now();
  std::vector<storage::Notification> messages;
  if (!pending.group.empty()) {
    if (is_blocked(now)) return {};
    if (!pending.group.due(now)) return {};
    const auto held = std::ranges::find_if(
        waiting_, [&](const storage::Notification& message) { return is_held(message, pending.kind, now); });
    messages = pending.group.messages(pending.kind, now, zone_, held == waiting_.end() ? nullptr : &*held);
  }
  const std::int64_t before = std::exchange(pending.taken, pending.seen);
  storage::Edits edits;
  edits.notify_cursors = {cursor()};
  edits.notifications = messages;
  const auto committed = sources_.commit(std::move(edits), stopping);
  if (!committed.ok()) {
    pending.taken = before;
    return committed;
  }
  pending.group.clear();
  for (const storage::Notification& message : messages) keep(message);
  return {};
}

// While the receiver takes nothing, what comes is gathered, and told together when it does: that is known when what was
// refused last is tried again.
bool Channel::is_blocked(core::Micros now) const {
  return blocked_until_ && (now < *blocked_until_ ||
                            std::ranges::any_of(waiting_, [](const auto& message) { return message.attempts > 0; }));
}

core::Result<void> Channel::send_due(const std::atomic<bool>& stopping) {
  std::vector<storage::Notification> due;
  const core::Micros now = sources_.clock.now();
  if (blocked_until_ && now < *blocked_until_) return {};
  for (const storage::Notification& message : waiting_) {
    if (message.next_attempt <= now) due.push_back(message);
  }
  std::ranges::stable_sort(due, {}, &storage::Notification::created);
  for (storage::Notification& message : due) {
    if (stopping) return {};
    RW_TRY(const bool taken, send(std::move(message), stopping));
    if (!taken) return {};
  }
  return {};
}

// False: the receiver takes nothing just now.
core::Result<bool> Channel::send(storage::Notification message, const std::atomic<bool>& stopping) {
  RW_TRY(const Digest digest, digest_of(message));
  if (digest.count() == 0) {
    RW_CHECK(save({skipped(std::move(message), sources_.clock.now())}, stopping));
    return true;
  }
  Message told = digest.message();
  told.id = message.key;
  told.channel = options_.name;
  told.kind = kind_of(message.kind);
  told.created = message.created;
  told.url = url_;
  const Delivery delivery = sender_->send(told, sources_.clock.now(), stopping);
  if (stopping && delivery.outcome != Delivery::Outcome::kSent) return false;
  const core::Micros now = sources_.clock.now();
  const double chance = std::uniform_real_distribution<double>(0, 1)(chance_);
  message = after(std::move(message), delivery, now, options_, chance);
  message.findings = static_cast<std::int64_t>(digest.count());
  note(message, delivery);
  blocked_until_.reset();
  if (delivery.outcome == Delivery::Outcome::kRetry) {
    blocked_until_ = message.next_attempt ? *message.next_attempt : now + pause_after(message.attempts, chance);
  }
  RW_CHECK(save({message}, stopping));
  return !blocked_until_.has_value();
}

core::Result<Digest> Channel::digest_of(const storage::Notification& message) {
  const FindingKind kind = kind_of(message.kind);
  RW_TRY(const auto ranges, storage::parse_ranges(message.ids));
  Digest digest(sender_->listed());
  for (const storage::RecordRange& range : ranges) {
    auto after_id = static_cast<std::int64_t>(range.first) - 1;
    const auto last = static_cast<std::int64_t>(range.last);
    while (after_id < last) {
      const std::int64_t before = std::min(after_id + kChunk, last) + 1;
      RW_TRY(std::vector<Finding> findings, findings_between(kind, after_id, before));
      for (Finding& finding : findings) {
        if (finding.is_new) digest.add(std::move(finding));
      }
      after_id = before - 1;
    }
  }
  return digest;
}

core::Result<void> Channel::save(std::vector<storage::Notification> messages, const std::atomic<bool>& stopping) {
  // Until it is known to be stored, it is tried again before anything else: it must not be sent twice for that.
  unsaved_ = messages.front();
  storage::Edits edits;
  edits.notifications = std::move(messages);
  RW_CHECK(sources_.commit(std::move(edits), stopping));
  keep(*unsaved_);
  unsaved_.reset();
  return {};
}

void Channel::keep(const storage::Notification& message) {
  std::erase_if(waiting_, [&](const storage::Notification& other) { return other.key == message.key; });
  if (message.state == "waiting") waiting_.push_back(message);
}

void Channel::note(const storage::Notification& message, const Delivery& delivery) {
  if (delivery.outcome == Delivery::Outcome::kSent) {
    sources_.counters.add(core::Counter::kNotificationsSent);
    if (failures_ > 0) spdlog::info("notify: {}: messages go out again", options_.name);
    failures_ = 0;
    first_failure_.reset();
    core::Lock lock(mutex_);
    failing_.reset();
    return;
  }
  sources_.counters.add(core::Counter::kNotificationsFailed);
  ++failures_;
  if (!first_failure_) first_failure_ = sources_.clock.now();
  const bool lost = message.state != "waiting";
  if (lost) {
    spdlog::error("notify: {}: a message of {} findings is not sent: {}", options_.name, message.findings,
                  message.error);
  } else if (told_.due()) {
    spdlog::warn("notify: {}: {}; trying again", options_.name, message.error);
  }
  if (!lost && failures_ < kFailing) return;
  core::Lock lock(mutex_);
  failing_ = FailingChannel{options_.name, *first_failure_, message.error};
}

core::Result<std::int64_t> Channel::newest(FindingKind kind, std::int64_t after) {
  storage::ListRequest request;
  request.listing = listing_of(kind);
  request.limit = 1;
  request.columns = {"time"};
  RW_TRY(const storage::ListPage page, sources_.reader.list(request));
  if (page.table.rows.empty()) return after;
  return std::max(after, std::get<std::int64_t>(page.table.rows.front()[outbox_column(page.table, "id")]));
}

core::Result<std::vector<Finding>> Channel::findings_between(FindingKind kind, std::int64_t after,
                                                             std::int64_t before) {
  storage::ListRequest request;
  request.listing = listing_of(kind);
  request.order.descending = false;
  request.after = storage::ListPlace{.value = {}, .id = after};
  request.limit = static_cast<int>(kChunk);
  std::vector<Finding> findings;
  do {
    RW_TRY(const storage::ListPage page, sources_.reader.list(request));
    std::ranges::move(findings_of(kind, page), std::back_inserter(findings));
    request.after = page.next;
  } while (request.after && (findings.empty() || findings.back().id + 1 < before));
  while (!findings.empty() && findings.back().id >= before) findings.pop_back();
  return findings;
}

storage::NotifyCursor Channel::cursor() const {
  return {.channel = options_.name,
          .time = sources_.clock.now(),
          .notable = notables_.taken,
          .risk_event = risk_events_.taken};
}

}  // namespace rw::notify
