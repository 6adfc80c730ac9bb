// SPDX-License-Identifier: Apache-2.0
#include "child.h"
#include "hook_runner.h"
#include "masu/sys/raw.h"

#include <unistd.h>

namespace masu::container {

void run_hooks(const std::vector<HookPlan>& hooks, Step step, const char* status, Child& child) noexcept {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    child.at(step, i);
    // The pid is that of the container's own pid namespace (contract 3.3).
    const HookState state{child.state_head, status, sys::raw::getpid(), child.state_tail};
    check(child,
          run_hook(hooks[i], state, child.process.envp.data(), nullptr, child.detail, sizeof child.detail));
  }
}

}  // namespace masu::container
