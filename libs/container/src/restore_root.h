// SPDX-License-Identifier: Apache-2.0
//
// The root that CRIU restores mounts below: it wants a mount point, over which nothing is mounted, with a
// place for each of the container's mounts. It is made in a mount namespace that ends with CRIU, so nothing
// has to be unmounted.
#pragma once

#include "criu_mounts.h"
#include "masu/base/error.h"
#include "masu/sys/fd.h"
#include "plan.h"

#include <string>

namespace masu::container {

/// A mount namespace that this process is in for a while: a copy of its own, which follows the host's changes
/// and makes none there. The process has a single thread.
class [[nodiscard]] MountNamespace {
 public:
  static Result<MountNamespace> enter();
  MountNamespace(MountNamespace&&) = default;
  MountNamespace& operator=(MountNamespace&&) = default;
  /// Goes back, to the old root and working directory too.
  ~MountNamespace();
  Result<> leave();

 private:
  MountNamespace() = default;
  sys::Fd own_;
  sys::Fd root_;
  sys::Fd directory_;
};

/// Mounts the plan's root file system onto `target`, an empty directory, and makes the mount points that the
/// container's mounts need there, as a start would. Yields where the parts of the plan are.
Result<MountPlaces> prepare_restore_root(const Plan& plan, const std::string& target);

/// Makes the root file system of a restored process read-only, in its mount namespace: CRIU does not bring
/// that back, as the root is a mount of ours.
Result<> make_root_read_only(int pidfd);

}  // namespace masu::container
