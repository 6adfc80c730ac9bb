// SPDX-License-Identifier: Apache-2.0
//
// The mounts of a container. Most are the runtime's to make from config.json. What it cannot bind by a path
// is attached before, in a tmpfs on <folder>/mounts of the shim's mount namespace: images, overlays, parts of
// volumes, and folders whose mounts are to reach the host.
#pragma once

#include "bundle.h"
#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/network.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"
#include "passwd.h"

#include <map>
#include <vector>

namespace masu::manager {

/// Copies of the host's mounts that stay their peers, by the mounts' index: those that are asked for as
/// "shared". Taken in the host's mount namespace, before ours is made.
using SharedMounts = std::map<std::size_t, sys::Fd>;
Result<SharedMounts> take_shared_mounts(const Request& request);

/// Fills fresh volumes from the image, gives away what is to be the user's, and attaches what is said above.
/// `rootfs` is the mounted root.
Result<> stage_mounts(const Place& place, const Request& request, const Facts& facts, const UserSpace& users,
                      int rootfs, const SharedMounts& shared);

/// Whether it is attached below <folder>/mounts, and where there.
bool is_staged(const Mount& mount, const UserSpace& users);
/// A tmpfs on a folder, of the caller's mount namespace alone.
Result<> make_stage(const std::string& folder);
bool is_shared(const Mount& mount);
std::string staged_path(const Place& place, const Request& request, std::size_t index);
/// The /dev/shm of the container whose IPC namespace it is.
std::string staged_shm(const Place& place, const Request& request);
/// Where the program of --init is in the container.
inline constexpr const char* kInitInside = "/run/masu-init";

/// The mounts of config.json, ours and the user's, those higher up first.
Result<> set_mounts(spec::Config& config, const Place& place, const Request& request, const Facts& facts,
                    const spec::User& user, const NetworkSpace& network, const UserSpace& users);

}  // namespace masu::manager
