// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <linux/sched.h>

namespace masu::container {

/// What a helper is to be before it joins anything.
struct HelperSetup {
  bool undumpable = false;
  int proc = -1;                          ///< the host's procfs, for the next
  std::optional<std::int32_t> oom_score;  ///< of the helper, and so of what it clones
};

/// clone3(2) from inside namespaces that are joined: a helper joins them, in order, and clones the process as
/// a child of ours (CLONE_PARENT). Needed where a user namespace is joined: what is cloned afterwards has to
/// belong to it, and we are not to lose our rights. Yields 0 in the child, its pid in the caller (`pidfd` is
/// opened then), or -errno; if a join failed `*failed` is its index, if the clone did joins.size(), if the
/// OOM score could not be set joins.size() + 1. CLONE_PIDFD is left out of `args`. Also for a program that
/// must not be changed (Context::embedded): what would hold for all of it, to be undumpable, is the helper's.
long clone_by_helper(const std::vector<NamespaceJoin>& joins, clone_args args, const HelperSetup& setup,
                     int* pidfd, std::size_t* failed) noexcept;

/// Whether we may go back to our own pid namespace, of which this is a file descriptor, after joining another
/// for our children: setns(2) asks for rights over the one that is joined, which root of a user namespace has
/// not over that of its outside. If not, a helper has to join.
bool may_return(int own_pid_namespace) noexcept;

/// Whether a process that is born dumpable into a container's pid namespace can be opened or traced from
/// inside before it has made itself undumpable. Not if we have CAP_SYS_PTRACE, which the process is then born
/// with: who is to have it needs that capability too, and who has that needs no dumpable process (ptrace(2),
/// "Ptrace access mode checking").
bool is_exposed_at_birth() noexcept;

}  // namespace masu::container
