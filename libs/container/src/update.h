// SPDX-License-Identifier: Apache-2.0
//
// What a container's limits are after an update. Pure.
#pragma once

#include "masu/cgroups/layout.h"
#include "masu/spec/config.h"

namespace masu::container {

/// `base` with what `changes` gives: members one by one, of lists the entries with the same device, page size
/// or name. Rules for devices stay those of `base`.
spec::Resources merge_resources(spec::Resources base, const spec::Resources& changes,
                                cgroups::LayoutKind kind);

}  // namespace masu::container
