// SPDX-License-Identifier: Apache-2.0
//
// Commands that do one thing to each of several containers.
#pragma once

#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/container.h"

#include <functional>

namespace masu::manager {

inline constexpr cli::Positional kContainers[] = {{.name = "CONTAINER",
                                                   .count = cli::Positional::Count::any,
                                                   .values = {cli::Values::From::output, "ls -a -q"},
                                                   .help = "ids, beginnings of ids, or names"}};
inline constexpr cli::Positional kContainer[] = {{.name = "CONTAINER",
                                                  .values = {cli::Values::From::output, "ls -a -q"},
                                                  .help = "an id, the beginning of one, or a name"}};

struct Which {
  bool all = false;             ///< every container, in place of those named
  bool ignore_missing = false;  ///< one that is not there is fine
};

/// Calls `work` for each, and prints the line that it returns, or what the container was called by. The
/// failure of one does not keep the others from their turn; the exit code is 1 then.
Result<int> each_container(const cli::Call& call, Which which,
                           const std::function<Result<std::string>(const Place&, const Request&)>& work);

}  // namespace masu::manager
