#include "daemon/ingest/decode/nxlog_structured_data.h"

#include <optional>

#include "daemon/core/time.h"
#include "daemon/ingest/decode/nxlog_fields.h"
#include "daemon/ingest/decode/text_event.h"
#include "daemon/ingest/syslog/structured_data.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kNxlogSdId = "NXLOG@";  // then the enterprise number

}  // namespace

bool has_nxlog_structured_data(const PayloadContext& context) {
  if (context.header == nullptr || context.header->structured_data.empty()) return false;
  SdElements elements(context.header->structured_data);
  while (true) {
    const core::Result<std::optional<SdElement>> element = elements.next();
    if (!element.ok() || !*element) return false;
    if ((*element)->sd_id.starts_with(kNxlogSdId)) return true;
  }
}

core::Result<void> decode_nxlog_structured_data(std::string_view message, const PayloadContext& context,
                                                core::Arena& arena, WindowsEvent& event) {
  event.clear();
  const SyslogMessage& header = *context.header;
  NxlogFields fields(context, arena, event);
  SdElements elements(keep_text(header.structured_data, arena));
  while (true) {
    RW_TRY(const std::optional<SdElement> element, elements.next());
    if (!element) break;
    if (!element->sd_id.starts_with(kNxlogSdId)) continue;
    SdParams params(element->params);
    while (true) {
      RW_TRY(const std::optional<SdParam> param, params.next());
      if (!param) break;
      RW_CHECK(fields.take(param->name, sd_value(param->value, arena)));
    }
  }
  RW_CHECK(fields.take("Hostname", keep_text(header.hostname, arena)));
  RW_CHECK(fields.take("SourceName", keep_text(header.app_name, arena)));
  RW_CHECK(fields.take("ProcessID", keep_text(header.procid, arena)));
  RW_CHECK(fields.take("Message", keep_text(message, arena)));
  if (header.timestamp) {
    RW_CHECK(fields.take("EventTime", arena.copy(core::format_rfc3339(*header.timestamp))));
  }
  RW_CHECK(fields.finish());
  event.format = PayloadFormat::kNxlogStructuredData;
  return {};
}

}  // namespace rw::ingest
