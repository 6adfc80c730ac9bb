// SPDX-License-Identifier: Apache-2.0
//
// A container's files, running or not, below an fd.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace masu::manager {

struct OpenRoot {
  sys::Fd folder;  ///< for openat2(2): what is below it is the container's, and not to be trusted
  /// Of one that does not run: held, so that it is not started meanwhile.
  std::optional<store::Lock> held;
  /// What the container's ids are in `folder`, if they are others there.
  std::vector<sys::IdRange> users, groups;
};

/// Makes files as the container's root, who has an owner to give on mounts with mapped ids; with all our
/// rights. Of the calling thread, until this ends.
class FilesOfRoot {
 public:
  static Result<FilesOfRoot> enter(const std::vector<sys::IdRange>& users,
                                   const std::vector<sys::IdRange>& groups);
  FilesOfRoot(FilesOfRoot&& other) noexcept : entered_(std::exchange(other.entered_, false)) {}
  FilesOfRoot& operator=(FilesOfRoot&&) = delete;
  ~FilesOfRoot();

 private:
  FilesOfRoot() = default;
  bool entered_ = false;
};

/// What the container's `id` is outside; as it is if nothing is mapped. Kind::usage if it is not in the map.
Result<std::uint32_t> outer_id(const std::vector<sys::IdRange>& ranges, std::uint32_t id);
/// The other way round; one that the container does not have is nobody's there: 65534.
std::uint32_t inner_id(const std::vector<sys::IdRange>& ranges, std::uint32_t id);

/// Of a running container the root that its processes have, with what is mounted in it. Of another, its root
/// file system and its volumes are mounted in a mount namespace that the calling process is in from then on.
Result<OpenRoot> open_root(const Place& place, const Request& request);

}  // namespace masu::manager
