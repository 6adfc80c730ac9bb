// SPDX-License-Identifier: Apache-2.0
//
// Processes of a container as they see themselves, read from /proc.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::manager {

/// "USER PID PPID %CPU ELAPSED TTY TIME COMMAND", as podman has them.
inline constexpr std::string_view kDefaultDescriptors = "user,pid,ppid,pcpu,etime,tty,time,args";

struct Processes {
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;
};

/// Those that are still there. Kind::usage for an unknown descriptor.
Result<Processes> describe_processes(const std::vector<pid_t>& pids, std::string_view descriptors);

/// "1h2m3.5s", as Go writes a span.
std::string go_span(std::int64_t milliseconds);

/// The map of a user namespace (user_namespaces(7)), backwards: who this id of ours is in there.
std::uint32_t id_within(std::string_view id_map, std::uint32_t id);

}  // namespace masu::manager
