// SPDX-License-Identifier: Apache-2.0
//
// The host's services that take log lines as datagrams on a unix socket.
#pragma once

#include "masu/base/log.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace masu::log {

/// A socket to the service, O_CLOEXEC and never to block: a service that does not read must not stop a
/// container.
Result<int> connect_service(Target target);

/// An entry of the native protocol of systemd's journal: fields with their lengths, so that a message may
/// hold any byte.
std::string journal_entry(std::string_view identifier, Level level, std::string_view message,
                          std::initializer_list<Field> fields);
/// A line of syslog(3), facility daemon; the daemon adds the time.
std::string syslog_line(std::string_view identifier, Level level, std::string_view message,
                        std::initializer_list<Field> fields);

}  // namespace masu::log
