// SPDX-License-Identifier: Apache-2.0
//
// The id maps of a new user namespace (user_namespaces(7)).
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "masu/sys/procfs.h"

#include <sys/types.h>

namespace masu::container {

/// Writes uid_map and gid_map of `pid`: by itself where the caller may, else by newuidmap(1) and
/// newgidmap(1); a single map of the caller's own ids needs neither, but denies setgroups(2) for good.
Result<> write_id_maps(const sys::Procfs& procfs, pid_t pid, const spec::Linux& config);

struct IdMapPlan;
/// Sets the id map of the detached mount `mount`, for the container whose first process is `pid`.
Result<> map_mount_ids(const sys::Procfs& procfs, pid_t pid, const IdMapPlan& map, int mount);

}  // namespace masu::container
