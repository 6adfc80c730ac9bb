// SPDX-License-Identifier: Apache-2.0
//
// Containers of an ordinary user: files of an image belong to many ids, of which root of a user namespace has
// the user's own, as 0, and those of subuid(5) and subgid(5). There is no process that keeps one such
// namespace: each of our programs that touches files of layers makes its own, with the same ids.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/id_maps.h"

#include <string_view>
#include <vector>

namespace masu::manager {

/// Goes into a user and a mount namespace of our own, for good, unless we are root (of the machine or of such
/// a namespace) already. To be called before files of layers are touched. What was opened before stays open.
Result<> enter_user_namespace();

/// The ids of one file: the user's own as 0, then the ranges of subuid(5) in their order, one behind the
/// other.
std::vector<sys::IdRange> plan_ids(std::uint32_t own, const std::vector<sys::IdRange>& subordinate);

}  // namespace masu::manager
