// SPDX-License-Identifier: Apache-2.0
//
// Staying with a container: run without -d, start -a, attach.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"

#include <functional>

namespace masu::manager {

/// Attaches, calls `begin`, stays until the end: the exit code. With --rm the container is removed then. A
/// user who detaches leaves it running.
Result<int> stay_with(const Place& place, const Request& request, bool input,
                      const std::function<Result<>()>& begin);

}  // namespace masu::manager
