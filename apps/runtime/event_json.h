// SPDX-License-Identifier: Apache-2.0
//
// The lines of `events`: runc's types, member by member, since containerd's shim and others decode them into
// those. A member that runc leaves out when it is 0 or empty is left out here too. Pure.
#pragma once

#include "masu/cgroups/watch.h"
#include "masu/container/events.h"

#include <string>
#include <string_view>

namespace masu::runtime {

/// {"type":"stats","id":…,"data":{…}} and a line break.
std::string stats_event(std::string_view id, const container::Stats& stats);
/// {"type":"oom","id":…} and a line break; with "cause" the cgroup whose limit was hit, if it is known
/// (runc's type has no such member, and its readers pass over it).
std::string oom_event(std::string_view id, std::string_view cause);
/// {"type":"pressure","id":…,"data":{"resource":"memory","kind":"some"}} and a line break.
std::string pressure_event(std::string_view id, const cgroups::PressureTrigger& trigger);

}  // namespace masu::runtime
