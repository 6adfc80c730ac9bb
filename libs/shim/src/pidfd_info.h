// SPDX-License-Identifier: Apache-2.0
//
// The wait status of a process that is not our child (ioctl_pidfd(2), Linux 6.15).
#pragma once

#include "masu/event/loop.h"

#include <functional>
#include <optional>

namespace masu::shim {

/// For a process that has ended: its status as soon as its parent has reaped it; nothing if the kernel does
/// not tell. The pidfd has to stay open.
void wait_for_exit_status(event::Loop& loop, int pidfd, std::function<void(std::optional<int>)> done);

}  // namespace masu::shim
