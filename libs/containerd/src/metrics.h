// SPDX-License-Identifier: Apache-2.0
//
// What a container uses, in the message that containerd's clients expect of this machine's layout: fields and
// their numbers are those of containerd/cgroups, cgroup1/stats/metrics.proto and cgroup2/stats/metrics.proto.
#pragma once

#include "masu/cgroups/stats.h"
#include "messages.h"

namespace masu::containerd {

/// io.containerd.cgroups.v1.Metrics: of v1 and hybrid layouts.
Any metrics_v1(const cgroups::Stats& stats);
/// io.containerd.cgroups.v2.Metrics.
Any metrics_v2(const cgroups::Stats& stats);

}  // namespace masu::containerd
