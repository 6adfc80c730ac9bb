// SPDX-License-Identifier: Apache-2.0
//
// The way down a tree, as open folders. A deep tree needs no more fds than a flat one: of the folders far
// above only the identity is kept, and on the way back each is opened anew, as "..", and has to be the same.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <cstddef>
#include <vector>

#include <sys/types.h>

namespace masu::store {

class Descent {
 public:
  bool empty() const { return levels_.empty(); }
  /// Fds of folders that may be read; the first one stays open.
  int first() const { return levels_.front().folder.get(); }
  int here() const { return levels_.back().folder.get(); }

  Result<> push(sys::Fd folder);
  /// Kind::invalid_state if the folder that we came from has been moved meanwhile.
  Result<> pop();

 private:
  static constexpr std::size_t kMostOpen = 64;
  struct Level {
    sys::Fd folder;  // closed: too far above
    dev_t device = 0;
    ino_t inode = 0;
  };
  std::vector<Level> levels_;
};

}  // namespace masu::store
