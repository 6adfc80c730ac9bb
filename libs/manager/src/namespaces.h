// SPDX-License-Identifier: Apache-2.0
//
// The namespaces that a container shares with the host or with another: --pid, --ipc, --uts, --cgroupns.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"

namespace masu::manager {

/// Those of config.json.
Result<> set_namespaces(spec::Config& config, const Place& place, const Request& request);

/// The running container that "container:ID" names: the pid of its first process.
Result<int> named_pid(const Place& place, std::string_view mode);

/// Its /dev/shm, detached: taken in its own mount namespace, where its links lead nowhere else.
Result<sys::Fd> take_shm(int pid);

}  // namespace masu::manager
