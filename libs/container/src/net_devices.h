// SPDX-License-Identifier: Apache-2.0
//
// linux.netDevices: interfaces of the host that the container takes over (runtime-spec config-linux.md).
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "masu/sys/procfs.h"

#include <map>
#include <string>

#include <sys/types.h>

namespace masu::container {

/// Moves each interface into the network namespace of `pid` under its new name, with its permanent global
/// addresses, and sets it up. With the namespace the kernel gives physical ones back to the host, and removes
/// virtual ones.
Result<> move_net_devices(const sys::Procfs& procfs, pid_t pid,
                          const std::map<std::string, spec::NetDevice>& devices);

}  // namespace masu::container
