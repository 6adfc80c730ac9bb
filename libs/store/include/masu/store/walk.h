// SPDX-License-Identifier: Apache-2.0
//
// All that is below a folder: a folder before what is in it, in the order of names. No symbolic link is
// followed, and deep trees need no deep stack.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <functional>
#include <string>

#include <sys/stat.h>

namespace masu::store {

struct Found {
  std::string path;  ///< "etc/hosts", below the folder
  int parent;        ///< the folder that holds it
  const char* name;  ///< in the parent
  struct stat status;
};

enum class Walk { on, past };  ///< past: not into this folder

/// What goes away while it is walked is left out. Other file systems are entered unless `one_file_system`.
Result<> walk(int folder, bool one_file_system, const std::function<Result<Walk>(const Found&)>& visit);

/// Bytes of the files, one with several names once; 0 for what is not there.
std::uint64_t tree_size(int dir, const char* name);

}  // namespace masu::store
