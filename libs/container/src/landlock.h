// SPDX-License-Identifier: Apache-2.0
//
// Landlock (landlock(7)) by the annotations masu.landlock.*: what the container's program may reach beyond
// what its mounts and capabilities allow. Paths and ports that none of them names are denied.
//
//   read=/usr:/etc      may be read                    connect=443,5432   TCP ports to connect to (Linux 6.7)
//   execute=/usr/bin    may be read and executed       bind=8080          TCP ports to listen on (Linux 6.7)
//   write=/tmp:/data    may be read and changed        scope=sockets,signals: no abstract sockets of others,
//   no signals
//                                                      to them (Linux 6.12)
#pragma once

#include "masu/base/error.h"
#include "plan.h"

namespace masu::container {

/// The rules into the plan; nothing without such annotations. `abi` is the kernel's
/// (landlock_create_ruleset(2)), or -errno. Kind::unsupported for what it does not know, Kind::invalid_spec
/// for what is no list.
Result<> plan_landlock(ProcessPlan& plan, const spec::Annotations& annotations, int abi);
/// The same with this kernel's, which is asked only if there is such an annotation.
Result<> plan_landlock(ProcessPlan& plan, const spec::Annotations& annotations);

}  // namespace masu::container
