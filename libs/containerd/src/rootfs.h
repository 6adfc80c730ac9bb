// SPDX-License-Identifier: Apache-2.0
//
// The root file system of a container, which containerd leaves to the shim to mount.
#pragma once

#include "masu/base/error.h"
#include "messages.h"

#include <string>
#include <vector>

namespace masu::containerd {

/// Mounts all of them onto <bundle>/rootfs, which is made. On an error nothing stays mounted.
Result<> mount_rootfs(const std::string& bundle, const std::vector<Mount>& mounts);
/// Unmounts whatever is on <bundle>/rootfs; nothing, or no such directory, is no error.
Result<> unmount_rootfs(const std::string& bundle);

}  // namespace masu::containerd
