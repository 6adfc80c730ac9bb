// SPDX-License-Identifier: Apache-2.0
//
// A container's files, running or not, below an fd.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/sys/fd.h"

#include <optional>

namespace masu::manager {

struct OpenRoot {
  sys::Fd folder;  ///< for openat2(2): what is below it is the container's, and not to be trusted
  /// Of one that does not run: held, so that it is not started meanwhile.
  std::optional<store::Lock> held;
};

/// Of a running container the root that its processes have, with what is mounted in it. Of another, its root
/// file system and its volumes are mounted in a mount namespace that the calling process is in from then on.
Result<OpenRoot> open_root(const Place& place, const Request& request);

}  // namespace masu::manager
