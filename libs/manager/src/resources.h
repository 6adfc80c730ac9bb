// SPDX-License-Identifier: Apache-2.0
//
// How much of the machine a container may use, as config.json has it.
#pragma once

#include "bundle.h"
#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/spec/config.h"

namespace masu::manager {

/// Limits and devices.
Result<> set_resources(spec::Config& config, const Request& request, const Facts& facts);

}  // namespace masu::manager
