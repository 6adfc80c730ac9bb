// SPDX-License-Identifier: Apache-2.0
//
// Devices of the host in a container: --device, --device-cgroup-rule, --privileged.
#pragma once

#include "bundle.h"
#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/spec/config.h"

namespace masu::manager {

/// The nodes and the rules of the devices cgroup. In a user namespace, which may make no nodes, the host's
/// are bound.
Result<> set_devices(spec::Config& config, const Request& request, const Facts& facts);

}  // namespace masu::manager
