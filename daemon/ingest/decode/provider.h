// Which of the two providers that we know wrote an event. Event ids occur under many providers with other meanings: the
// provider decides, by name (compared without case), else by GUID, else by channel.
#pragma once

#include <string_view>

#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

inline constexpr std::string_view kSysmonProvider = "Microsoft-Windows-Sysmon";
inline constexpr std::string_view kSysmonChannel = "Microsoft-Windows-Sysmon/Operational";
inline constexpr std::string_view kSecurityProvider = "Microsoft-Windows-Security-Auditing";
inline constexpr std::string_view kSecurityChannel = "Security";

bool is_sysmon(const WindowsEvent& event);

// Also asks for the channel.
bool is_security(const WindowsEvent& event);

// Sets provider and, where it is absent, channel from what a forwarder calls the source: a provider's name, the name
// that Windows shows for it ("Microsoft Windows security auditing."), or a log's name.
void set_source(std::string_view source, WindowsEvent& event);

}  // namespace rw::ingest
