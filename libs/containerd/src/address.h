// SPDX-License-Identifier: Apache-2.0
//
// Where a pod's shim listens.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

namespace masu::containerd {

inline constexpr std::string_view kScheme = "unix://";
/// containerd reads it when it has been restarted.
inline constexpr const char* kAddressFile = "address";

/// The path for a group of containers (a pod): the same for the same containerd, namespace and group.
std::string socket_path(std::string_view containerd, std::string_view name_space, std::string_view group);

/// The group that a bundle's config.json names by its annotations, or the container's own id.
Result<std::string> group_of(const std::string& bundle, const std::string& id);

}  // namespace masu::containerd
