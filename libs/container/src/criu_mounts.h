// SPDX-License-Identifier: Apache-2.0
//
// Which mounts of a container CRIU is not to look into, since they show a part of the host: in the words of
// criu(8), --external. At the dump such a mount gets a name, at the restore the name gets a path of the host.
#pragma once

#include "masu/sys/mountinfo.h"
#include "plan.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::container {

/// Where the parts of a plan are, with symbolic links resolved: absolute, seen from the container's root.
struct MountPlaces {
  std::vector<std::string> mounts;  ///< of each of Plan::mounts
  std::vector<std::string> masked;
};
/// Looks below `root`, an O_PATH of a container's root; what is not there is taken as it is written.
MountPlaces find_places(int root, const Plan& plan);

/// `table` is the container's own.
std::vector<std::string> externals_to_dump(const Plan& plan, const MountPlaces& places,
                                           const std::vector<sys::MountEntry>& table);
/// `table` is the host's: what is mounted below the source of a recursive bind has a name of its own.
std::vector<std::string> externals_to_restore(const Plan& plan, const MountPlaces& places,
                                              const std::vector<sys::MountEntry>& table);

/// The path that an fd was opened by; empty if there is none.
std::string path_of(int fd);

}  // namespace masu::container
