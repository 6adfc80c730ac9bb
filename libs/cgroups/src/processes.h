// SPDX-License-Identifier: Apache-2.0
//
// The processes of one directory: listing, killing, waiting for their end.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/root.h"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace masu::cgroups {

/// Pids in cgroup.procs (cgroup.threads in a threaded cgroup), as they come; none if the cgroup is gone.
Result<std::vector<pid_t>> read_pids(const Root& root, const std::string& path, bool recursive);

/// Sends `signal` to each through a pidfd; one that has ended meanwhile is no error.
Result<> signal_all(const std::vector<pid_t>& pids, int signal);

/// SIGKILLs each and waits until all have ended or CLOCK_MONOTONIC has reached `deadline_ns`.
void kill_and_wait(const std::vector<pid_t>& pids, std::int64_t deadline_ns);

}  // namespace masu::cgroups
