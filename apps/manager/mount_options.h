// SPDX-License-Identifier: Apache-2.0
//
// -v, --mount and --tmpfs as people write them.
#pragma once

#include "masu/cli/env.h"
#include "masu/manager/container.h"

namespace masu::manager {

/// "SRC:DST[:ro,…]"; SRC is a path that is there.
Result<Mount> parse_volume(std::string_view text, const cli::Env& env);
/// "type=bind,src=…,dst=…,ro", "type=tmpfs,dst=…,tmpfs-size=…"
Result<Mount> parse_mount(std::string_view text, const cli::Env& env);
/// "/path[:size=64m,mode=1777]"
Result<Mount> parse_tmpfs(std::string_view text);

}  // namespace masu::manager
