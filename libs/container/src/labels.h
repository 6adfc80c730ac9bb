// SPDX-License-Identifier: Apache-2.0
//
// What the parent finds out about AppArmor and SELinux, so that a label that cannot be had is an error before
// there is a child (apparmor(7), runtime-spec config.md process.apparmorProfile and selinuxLabel).
#pragma once

#include "masu/base/error.h"
#include "plan.h"

#include <string>

namespace masu::container {

/// Where the security modules show themselves; another place in tests.
struct LabelHost {
  std::string sys = "/sys";
  std::string proc = "/proc";
};

/// The labels of `process` into the plan, as the child writes them; nothing where none is asked for.
Result<> plan_labels(ProcessPlan& plan, const spec::Process& process, const LabelHost& host = {});

/// Refuses a mountLabel where there is no SELinux.
Result<> check_mount_label(const std::string& label, const LabelHost& host = {});

}  // namespace masu::container
