// SPDX-License-Identifier: Apache-2.0
//
// The bundle of a container: its root file system, an overlay that is mounted in the caller's mount
// namespace, and its config.json.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/network.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"
#include "user_space.h"

namespace masu::manager {

/// Facts about this machine and this caller that a configuration depends on.
struct Facts {
  bool cgroup_v2 = false;
  bool in_user_namespace = false;
  bool user_systemd = false;              ///< an ordinary user's, which gives cgroups of v2
  bool limits_processes = true;           ///< there is a controller for the default limit
  bool has_tty_group = true;              ///< group 5, which terminals have by default
  std::uint64_t kernel_capabilities = 0;  ///< a bit for each that the kernel knows and we may give
};
Facts read_facts();

/// Mounts the container's layers, and above them its own, on its rootfs, with mapped ids where `users` has
/// any.
Result<> mount_rootfs(const Place& place, const Request& request, const Facts& facts, UserSpace& users);

/// The layers of an image, detached: read-only, or with `upper` ("upperdir=…", "workdir=…") above them.
/// `folder` is <root>/layers, or what has it with mapped ids.
Result<sys::Fd> mount_layers(const std::string& folder, const std::vector<std::string>& layers,
                             std::vector<std::string> upper, const Facts& facts);
std::string layers_of(const Place& place, const UserSpace& users);
/// A folder with `upper` above it, detached.
Result<sys::Fd> mount_above(const std::string& lower, std::vector<std::string> upper, const Facts& facts);

/// The path of fuse-overlayfs(1).
Result<std::string> find_fuse_overlayfs();

/// config.json; `rootfs` is the mounted root, for users and groups.
Result<spec::Config> make_config(const Place& place, const Request& request, const Facts& facts, int rootfs,
                                 const NetworkSpace& network, const UserSpace& users);

/// The files of the network in the container's folder, and its config.json in the bundle.
Result<> write_bundle(const Place& place, const Request& request, const Facts& facts,
                      const NetworkSpace& network, const UserSpace& users);

std::string resolv_text(const Request& request, const std::optional<network::Record>& record);
Result<std::string> hosts_text(const Request& request, const std::optional<network::Record>& record);

}  // namespace masu::manager
