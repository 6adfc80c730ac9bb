// SPDX-License-Identifier: Apache-2.0
#include "descent.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace masu::store {
namespace {

Result<struct stat> look_at(int folder) {
  struct stat status{};
  if (const int failed = sys::raw::fstat(folder, &status); failed < 0)
    return fail(Error::sys(-failed, "look at a folder"));
  return status;
}

}  // namespace

Result<> Descent::push(sys::Fd folder) {
  if (levels_.size() > kMostOpen && levels_[levels_.size() - kMostOpen].folder.valid()) {
    Level& far = levels_[levels_.size() - kMostOpen];
    const struct stat status = TRY(look_at(far.folder.get()));
    far = {.folder = {}, .device = status.st_dev, .inode = status.st_ino};
  }
  levels_.push_back({.folder = std::move(folder)});
  return {};
}

Result<> Descent::pop() {
  const sys::Fd below = std::move(levels_.back().folder);
  levels_.pop_back();
  if (levels_.empty() || levels_.back().folder.valid()) return {};
  Level& level = levels_.back();
  level.folder = TRY(sys::open_at(below.get(), "..", O_RDONLY | O_DIRECTORY));
  const struct stat status = TRY(look_at(level.folder.get()));
  if (status.st_dev == level.device && status.st_ino == level.inode) return {};
  return fail(Error::make(Kind::invalid_state, "a folder was moved while it was walked"));
}

}  // namespace masu::store
