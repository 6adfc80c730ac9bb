// SPDX-License-Identifier: Apache-2.0
//
// Mounts as file descriptors (fsopen(2), open_tree(2), move_mount(2), mount_setattr(2): Linux ≥ 5.12). A
// detached mount belongs to whoever holds its fd and vanishes with it, so nothing has to be unmounted on an
// error path; it is attached onto an fd, never onto a path. Without allocation, for the container's first
// process; values or -errno.
#pragma once

#include "masu/sys/raw.h"

#include <cstdint>

namespace masu::sys {

/// What to change on a mount: MOUNT_ATTR_* bits and a propagation (MS_PRIVATE, MS_SLAVE, MS_SHARED,
/// MS_UNBINDABLE or 0).
struct MountAttributes {
  std::uint64_t set = 0;
  std::uint64_t clear = 0;
  std::uint64_t propagation = 0;
  bool empty() const { return set == 0 && clear == 0 && propagation == 0; }
};

/// Applies to the mount of `fd` (with `recursive` to all below it too).
int set_mount_attributes(int fd, const MountAttributes& attributes, bool recursive) noexcept;

/// A detached copy of the mount of `path` below `dir` ("" for dir itself), the sub-mounts included if
/// `recursive`.
int clone_mount(int dir, const char* path, bool recursive, bool follow = true) noexcept;

/// Attaches a detached mount onto the object of `target`.
int attach_mount(int mount, int target) noexcept;

/// A new file system, detached. `options` are "key" or "key=value", `count` of them; `source` may be null. On
/// failure `message`, if not null, gets the kernel's own words from the file system context (fsopen(2)), cut
/// to `size`.
int new_mount(const char* type, const char* source, const char* const* options, unsigned count,
              unsigned attributes, char* message, std::size_t size) noexcept;

/// A new file system on the directory of `target`, by mount(2): one call, where new_mount() and
/// attach_mount() take one for each option and five more. But mount(2) keeps the reason of a failure to
/// itself, `data` has all options in one string, a comma between them, and MOUNT_ATTR_RDONLY makes the file
/// system itself read-only too. Changes the working directory to `target`: "." is the only path that leads
/// nowhere else.
int mount_onto(int target, const char* type, const char* source, unsigned attributes,
               const char* data) noexcept;

}  // namespace masu::sys
