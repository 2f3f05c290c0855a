// A finding as a syslog message (RFC 5424) with CEF or JSON in it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/time.h"
#include "daemon/notify/message.h"

namespace rw::notify {

// Without framing; at most about 6 KiB. Facility 13 (log audit); the severity is the urgency of the finding: critical
// 2, high 3, medium 4, low 5, informational 6. host, process_id: this machine's and the daemon's.
std::string syslog_line(SyslogFormat format, const Finding& finding, bool test, core::Micros now, std::string_view host,
                        std::string_view process_id, std::string_view url);

// ArcSight's Common Event Format, version 0.
std::string cef(const Finding& finding, bool test, std::string_view url);

}  // namespace rw::notify
