// SPDX-License-Identifier: Apache-2.0
//
// What the commands of networks share.
#pragma once

#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/network.h"

#include <functional>

namespace masu::manager {

inline constexpr cli::Positional kNetworkPositional[] = {
    {.name = "NETWORK",
     .values = {cli::Values::From::output, "network ls -q"},
     .help = "a name, or the beginning of an id"}};

/// Calls `work` for each network named; the failure of one does not keep the others from their turn. The exit
/// code is 1 then.
Result<int> each_network(
    const cli::Call& call,
    const std::function<Result<std::string>(const Place&, const network::Network&)>& work);

/// Removes a network that no container is in; `containers` go with it if that is true.
Result<> remove_network(const Place& place, const network::Network& network, bool containers);

}  // namespace masu::manager
