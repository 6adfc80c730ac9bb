// SPDX-License-Identifier: Apache-2.0
//
// Limits that the parent sets on a process which may lack the right itself: rlimits and the OOM score.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "masu/sys/procfs.h"

#include <optional>
#include <vector>

#include <sys/types.h>

namespace masu::container {

/// Why limit `index` could not be set by a process of ours: which, to what, and what the present one is.
Error describe_rlimit(int err, const spec::Rlimit& wanted, std::size_t index);
Result<> set_rlimits(pid_t pid, const std::vector<spec::Rlimit>& limits);
/// Why it could not be set.
Error describe_oom_score(int err);
Result<> set_oom_score(const sys::Procfs& procfs, pid_t pid, std::optional<std::int32_t> score);

}  // namespace masu::container
