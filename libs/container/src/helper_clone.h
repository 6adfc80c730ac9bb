// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"

#include <cstddef>
#include <vector>

#include <linux/sched.h>

namespace masu::container {

/// clone3(2) from inside namespaces that are joined: a helper joins them, in order, and clones the process as
/// a child of ours (CLONE_PARENT). Needed where a user namespace is joined: what is cloned afterwards has to
/// belong to it, and we are not to lose our rights. Yields 0 in the child, its pid in the caller (`pidfd` is
/// opened then), or -errno; if a join failed `*failed` is its index, else joins.size(). CLONE_PIDFD is left
/// out of `args`. Also the way out of a program that must not be changed (Context::embedded): what the clone
/// needs and what would hold for the whole program, such as to be `undumpable`, is the helper's instead.
long clone_by_helper(const std::vector<NamespaceJoin>& joins, clone_args args, bool undumpable, int* pidfd,
                     std::size_t* failed) noexcept;

}  // namespace masu::container
