// SPDX-License-Identifier: Apache-2.0
//
// Folders as a whole. Nothing here follows a symbolic link.
#pragma once

#include "masu/base/error.h"

#include <functional>
#include <string>
#include <vector>

namespace masu::store {

/// Makes `path` and what is missing above it.
Result<> make_folders(const std::string& path, unsigned mode = 0700);

/// Removes `name` in `dir`, a folder with all that is in it; nothing to remove is fine. Deep trees need no
/// deep stack.
Result<> remove_tree(int dir, const char* name);

/// The names in a folder, without "." and "..", in no order.
Result<std::vector<std::string>> list_folder(int dir, const char* name);

}  // namespace masu::store
