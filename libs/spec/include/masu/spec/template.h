// SPDX-License-Identifier: Apache-2.0
//
// The config.json that `spec` writes into a new bundle: content and layout as runc's, which people and
// clients start from.
#pragma once

#include "masu/spec/config.h"

#include <cstdint>
#include <string>

namespace masu::spec {

/// A shell on a terminal in a read-only root with three capabilities; its own cgroup namespace only on a host
/// whose cgroups are v2 alone. `rootless`: in a user namespace in which `uid` and `gid` of the caller are 0,
/// with the host's network and /sys, and without limits; otherwise `uid` and `gid` are not used.
Config make_default_config(bool rootless, std::uint32_t uid, std::uint32_t gid, bool cgroup_v2);

/// The same as the text of the file, indented by tabs, with a line break at its end.
std::string default_config(bool rootless, std::uint32_t uid, std::uint32_t gid, bool cgroup_v2);

}  // namespace masu::spec
