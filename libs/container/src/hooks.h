// SPDX-License-Identifier: Apache-2.0
//
// The hooks that run in the runtime's own namespaces: prestart, createRuntime, poststart, poststop.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "state_store.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::container {

/// The state as hooks get it on stdin, cut where status and pid belong (HookState).
struct HookStateText {
  std::string head;
  std::string tail;
};
HookStateText hook_state_text(const Record& record);

/// Runs them in order; the first failure ends it: "error running createRuntime hook #0: …".
Result<> run_hooks(const std::vector<spec::Hook>& hooks, std::string_view kind, std::string_view status,
                   pid_t pid, const Record& record);

/// poststop: failures are logged as warnings, the container is gone anyway (runtime-spec runtime.md).
void run_poststop_hooks(const spec::Config& config, const Record& record);

}  // namespace masu::container
