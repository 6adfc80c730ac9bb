// SPDX-License-Identifier: Apache-2.0
//
// -v, --mount and --tmpfs as people write them.
#pragma once

#include "masu/cli/env.h"
#include "masu/manager/container.h"

namespace masu::manager {

/// "[SRC:]DST[:OPTIONS]". A SRC that begins with / or . is a path of the host that must be there, else the
/// name of a volume; without SRC it is a volume of the container's own.
Result<Mount> parse_volume(std::string_view text, const cli::Env& env);
/// "type=bind,src=…,dst=…,ro"; without a type it is a volume. Several mounts for type=glob.
Result<std::vector<Mount>> parse_mount(std::string_view text, const cli::Env& env);
/// "/path[:size=64m,mode=1777]"
Result<Mount> parse_tmpfs(std::string_view text);

/// From the root on, below it; without double slashes, dots, and a slash at the end.
Result<std::string> clean_destination(std::string_view path);

}  // namespace masu::manager
