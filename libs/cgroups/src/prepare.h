// SPDX-License-Identifier: Apache-2.0
//
// What a new cgroup needs before a process may enter it or a limit may be set: cpuset's CPUs and nodes on v1,
// enabled controllers on v2.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/root.h"

#include <string>
#include <string_view>

namespace masu::cgroups {

/// v1: gives `path` its parent's cpuset.cpus and cpuset.mems if it has none, and ancestors below `mount`
/// theirs first. An empty cpuset refuses processes (cgroup-v1/cpusets.rst). `fresh`: it has none, so that it
/// is not read.
Result<> fill_cpuset(const Root& root, const std::string& mount, const std::string& path, bool fresh);

/// v2: enables what there is, or one controller, for `path` in all its ancestors from `mount` down. Refusals
/// are not errors here: what then is missing is named by the limit that needs it, and `path` may do without.
Result<> enable_controllers(const Root& root, const std::string& mount, const std::string& path,
                            std::string_view only = {});

}  // namespace masu::cgroups
