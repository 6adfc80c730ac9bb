// SPDX-License-Identifier: Apache-2.0
//
// The thresholds of `events --pressure`.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/watch.h"

#include <string_view>

namespace masu::runtime {

/// "memory", "io:full", "cpu:some:150ms/1s": the resource, the kind (some if it is left out), the stall
/// within a window (300ms/2s if it is left out).
Result<cgroups::PressureTrigger> parse_pressure(std::string_view text);

/// "cpu", "memory", "io".
std::string_view resource_name(cgroups::PressureTrigger::Resource resource);

}  // namespace masu::runtime
