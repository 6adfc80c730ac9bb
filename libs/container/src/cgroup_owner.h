// SPDX-License-Identifier: Apache-2.0
//
// Whose the container's cgroup is (runtime-spec config-linux.md, "Cgroup ownership"): a program in a user
// namespace can manage it only if it is its own.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/manager.h"
#include "masu/spec/config.h"

#include <optional>

#include <sys/types.h>

namespace masu::container {

/// The host's id of the process's user, if the config mounts the container's own cgroups for writing;
/// otherwise nobody, and the cgroup stays the caller's.
std::optional<uid_t> cgroup_owner(const spec::Config& config);

/// Gives the directory, and those files in it that the kernel says are safe to give, to `owner`; none of them
/// sets a limit.
Result<> give_cgroup(int directory, uid_t owner);

/// Both, where cgroups are v2's alone and the caller may give something away.
Result<> settle_cgroup_owner(const cgroups::Manager& cgroups, const spec::Config& config);

}  // namespace masu::container
