// SPDX-License-Identifier: Apache-2.0
//
// Why the kernel refused a limit, or a process: what an errno and a file name leave open is looked up in the
// cgroups themselves, after the failure.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/manager.h"
#include "masu/cgroups/root.h"
#include "masu/cgroups/settings.h"

namespace masu::cgroups {

/// There is no controller for a limit, in any hierarchy.
Error missing_controller(const Setting& setting, const std::string& denied);

/// A refused write of a limit: with its JSON path, and a hint where there is one to give.
Error explain_limit(Error error, const Root& root, const Directory& directory, const Setting& setting);

/// A refused move of a process into the cgroup, or a clone into it (CLONE_INTO_CGROUP).
Error explain_join(Error error, const Root& root, const Directory& directory);

}  // namespace masu::cgroups
