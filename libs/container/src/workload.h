// SPDX-License-Identifier: Apache-2.0
//
// Which containers and processes hold WebAssembly (the annotations are crun's: crun-wasm(1)), and the
// caller's part of their start.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/manager.h"
#include "masu/container/container.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"
#include "plan.h"

#include <optional>

namespace masu::container {

/// What runs the container's program; null: the kernel does.
Result<const Workload*> choose_workload(const Context& context, const spec::Config& config);
/// The same for one more process, whose program may be of the other kind: it is looked at, in the container
/// of this process.
Result<const Workload*> choose_workload(const Context& context, const spec::Config& config,
                                        const spec::Process& process, pid_t init);

/// Makes the plan one for this workload.
void plan_workload(ProcessPlan& plan, const Workload* workload, const spec::Config& config);

/// Makes the module ready that the container's process has opened; refused if the process, which is in its
/// cgroups already, cannot have as many threads there as the engine needs.
Result<sys::Fd> prepare_workload(const Workload& workload, const std::optional<cgroups::Manager>& cgroups,
                                 int program, const spec::Process& process);

}  // namespace masu::container
