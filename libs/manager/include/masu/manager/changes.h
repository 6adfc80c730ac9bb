// SPDX-License-Identifier: Apache-2.0
//
// What a container has changed of its image's files, read from its layer of the overlay.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"

#include <string>
#include <vector>

namespace masu::manager {

struct Change {
  enum class Kind { changed, added, deleted };
  Kind kind = Kind::changed;
  std::string path;  ///< "/etc/hosts"
};

/// "A", "C", "D".
char change_letter(Change::Kind kind);

/// In the order of paths; a folder in which something has changed before what that is. What is mounted over
/// the root file system is left out.
Result<std::vector<Change>> read_changes(const Place& place, const Request& request);

/// The same for folders: a layer of overlayfs over others, the uppermost first.
Result<std::vector<Change>> compare_layers(int upper, const std::vector<int>& lower);

}  // namespace masu::manager
