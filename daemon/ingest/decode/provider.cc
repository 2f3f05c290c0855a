#include "daemon/ingest/decode/provider.h"

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kSysmonGuid = "5770385f-c22a-43e0-bf4c-06f5698ffbd9";
constexpr std::string_view kSecurityGuid = "54849625-5478-4994-a5ba-3e3b0328c30d";
constexpr std::string_view kSecurityTitle = "Microsoft Windows security auditing";

bool same_guid(std::string_view guid, std::string_view known) {
  if (guid.starts_with('{') && guid.ends_with('}')) guid = guid.substr(1, guid.size() - 2);
  return core::equals_ascii_nocase(guid, known);
}

bool same(std::string_view a, std::string_view b) { return core::equals_ascii_nocase(a, b); }

}  // namespace

bool is_sysmon(const WindowsEvent& event) {
  if (!event.provider.empty()) return same(event.provider, kSysmonProvider);
  if (!event.provider_guid.empty()) return same_guid(event.provider_guid, kSysmonGuid);
  return same(event.channel, kSysmonChannel);
}

bool is_security(const WindowsEvent& event) {
  if (!same(event.channel, kSecurityChannel)) return false;
  if (!event.provider.empty()) return same(event.provider, kSecurityProvider);
  return event.provider_guid.empty() || same_guid(event.provider_guid, kSecurityGuid);
}

void set_source(std::string_view source, WindowsEvent& event) {
  source = core::trim(source);
  const std::string_view title = source.ends_with('.') ? source.substr(0, source.size() - 1) : source;
  std::string_view channel;
  if (same(source, kSysmonProvider) || same(source, kSysmonChannel)) {
    event.provider = kSysmonProvider;
    channel = kSysmonChannel;
  } else if (same(source, kSecurityProvider) || same(title, kSecurityTitle) || same(source, kSecurityChannel)) {
    event.provider = kSecurityProvider;
    channel = kSecurityChannel;
  } else {
    event.provider = source;
  }
  if (event.channel.empty()) event.channel = channel;
}

}  // namespace rw::ingest
