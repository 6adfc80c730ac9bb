// SPDX-License-Identifier: Apache-2.0
//
// What a caller without rights of his own may do in the v2 tree, and what is missing where he may not
// (cgroup-v2.rst, "Delegation"; systemd's CGROUP_DELEGATION.md).
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/layout.h"
#include "masu/cgroups/root.h"

#include <string>
#include <string_view>

namespace masu::cgroups {

/// True in a user namespace other than the machine's first: uid 0 is no root there.
bool in_user_namespace();

/// Below the v2 mount, without a slash at the end: where to make the cgroups of a caller who names none. The
/// parent of his own cgroup, since his own holds processes and so may not give controllers to children; his
/// own, if that is delegated to him and its parent is not.
Result<std::string> find_v2_base(const Layout& layout);

/// One sentence on what gives this user a cgroup, on this machine.
std::string how_to_delegate();

/// Why the cgroup `giver`, which has `controller`, does not give it to its children, and what to do about it;
/// one sentence.
std::string why_not_given(const Root& root, const std::string& giver, std::string_view controller);

}  // namespace masu::cgroups
