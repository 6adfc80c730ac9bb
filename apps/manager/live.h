// SPDX-License-Identifier: Apache-2.0
//
// Figures of running containers, from their shims.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"

#include <cstdint>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace masu::manager {

/// Kind::invalid_state if it does not run.
Result<std::vector<pid_t>> read_pids(const Place& place, const Request& request);

struct Figures {
  std::int64_t time = 0;           ///< when they were read, CLOCK_MONOTONIC ns
  std::uint64_t cpu = 0;           ///< ns
  std::uint64_t memory = 0;        ///< bytes
  std::uint64_t memory_limit = 0;  ///< of the machine, if it has none of its own
  std::uint64_t read = 0, written = 0, received = 0, sent = 0, processes = 0;
};
Result<Figures> read_figures(const Place& place, const Request& request);

/// "  eth0: 10 1 0 …" of /proc/net/dev (proc_pid_net(5)): bytes received and sent by all but the loopback.
std::pair<std::uint64_t, std::uint64_t> network_bytes(std::string_view net_dev);

}  // namespace masu::manager
