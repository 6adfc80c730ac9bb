// SPDX-License-Identifier: Apache-2.0
//
// Runs one hook, in the parent or in the child: the state on stdin, a deadline, and what it printed if it
// fails. No allocation.
#pragma once

#include "plan.h"

#include <cstddef>
#include <string_view>

namespace masu::container {

/// The container's state for a hook's stdin, in the pieces around status and pid.
struct HookState {
  std::string_view head;    ///< {"ociVersion":…,"id":…,"status":"
  std::string_view status;  ///< creating
  pid_t pid = 0;
  std::string_view tail;  ///< ,"bundle":…}
};

/// Runs the hook in `directory` (null: the caller's) and waits for it. `environment` replaces the hook's own
/// where it inherits one. On failure `detail` gets what happened and the end of what the hook printed. 0, or
/// -errno; a hook that exited badly is -ECANCELED.
int run_hook(const HookPlan& hook, const HookState& state, char* const* environment, const char* directory,
             char* detail, std::size_t size) noexcept;

}  // namespace masu::container
