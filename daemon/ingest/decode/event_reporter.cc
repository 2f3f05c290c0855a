#include "daemon/ingest/decode/event_reporter.h"

#include <cstddef>
#include <optional>
#include <string>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/provider.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kTag = "EvntSLog";

core::Error not_a_line(std::string_view expected) {
  return core::invalid_input("EvntSLog: expected " + std::string(expected) +
                             " (EvntSLog: [TYPE] DATE: HOST/SOURCE (ID) - \"MESSAGE\")");
}

// Takes the text up to the delimiter, and the delimiter, off the text. nullopt: it is not there.
std::optional<std::string_view> take_until(std::string_view delimiter, std::string_view& text) {
  const std::size_t at = text.find(delimiter);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + delimiter.size());
  return taken;
}

}  // namespace

bool is_event_reporter(std::string_view text, const PayloadContext& context) {
  text = core::trim(text);
  if (text.starts_with(kTag)) return text.substr(kTag.size()).starts_with(':');
  return context.header != nullptr && context.header->app_name == kTag && text.starts_with('[');
}

core::Result<void> decode_event_reporter(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                         WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kEventReporter;
  std::string_view rest = core::trim(keep_text(text, arena));
  if (rest.starts_with(kTag)) rest.remove_prefix(kTag.size() + 1);
  if (!take_until("[", rest)) return not_a_line("'[TYPE]'");
  const auto type = take_until("]", rest);
  if (!type) return not_a_line("'[TYPE]'");
  set_level(*type, event);
  const auto date = take_until(": ", rest);
  const std::optional<core::LocalTime> local = date ? parse_ctime(*date) : std::nullopt;
  if (!local) return not_a_line("a date like 'Sun Oct 11 22:14:15 2026:'");
  const auto computer = take_until("/", rest);
  if (!computer || computer->find_first_of(" \"") != std::string_view::npos) return not_a_line("'HOST/SOURCE'");
  event.computer = *computer;
  const auto source = take_until(" (", rest);
  const auto id = source ? take_until(")", rest) : std::nullopt;
  if (!id) return not_a_line("'(ID)'");
  RW_TRY(event.event_id, parse_event_id(*id));
  set_source(*source, event);

  rest = core::trim(rest);
  if (rest.starts_with('-')) rest = core::trim(rest.substr(1));
  if (rest.starts_with('"')) rest.remove_prefix(1);
  if (rest.ends_with('"')) rest.remove_suffix(1);
  event.message = core::trim(rest);
  finish_text_event(local, context, arena, event);
  return {};
}

}  // namespace rw::ingest
