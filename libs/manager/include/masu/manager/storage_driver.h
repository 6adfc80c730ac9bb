// SPDX-License-Identifier: Apache-2.0
//
// How a container's root is made of its layers: by the kernel's overlayfs, where that is refused (in a user
// namespace before Linux 5.11, on some file systems) by fuse-overlayfs(1), and where that is not there, by a
// copy. Which of them, is tried once for a store and a kernel, and kept in <root>/driver.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/place.h"

#include <optional>
#include <string>
#include <string_view>

namespace masu::manager {

enum class StorageDriver { overlay, fuse_overlayfs, vfs };
std::string_view driver_name(StorageDriver driver);  ///< "overlay", "fuse-overlayfs", "vfs"
std::optional<StorageDriver> parse_driver(std::string_view name);

struct ChosenDriver {
  StorageDriver driver = StorageDriver::overlay;
  std::string refused;  ///< why it is not overlay: the kernel's words; empty if it was asked for
};

/// That of the place, if it names one; else the one that was chosen before, or by a trial. In the user
/// namespace that the containers run in. Kind::usage for a name that is none.
Result<ChosenDriver> choose_driver(const Place& place);

/// Forgets what was chosen and tries again.
Result<ChosenDriver> try_drivers(const Place& place);

}  // namespace masu::manager
