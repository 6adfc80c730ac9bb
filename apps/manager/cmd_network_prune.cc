// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "confirm.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "network_command.h"
#include "prune.h"

namespace masu::manager {
namespace {

constexpr const cli::Option* kOptions[] = {&kForceYes};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  if (!TRY(confirmed(call, "All networks that no container is in will be removed."))) return 1;
  std::string removed;
  for (const std::string& name : TRY(prune_networks(place))) removed += name + "\n";
  TRY(call.env.print(removed));
  return 0;
}

}  // namespace

Result<std::vector<std::string>> prune_networks(const Place& place) {
  std::vector<std::string> out;
  for (const network::Network& network : TRY(network::list(network_folders(place)))) {
    if (network.name == network::kDefaultNetwork || !TRY(network_users(place, network)).empty()) continue;
    TRY(remove_network(place, network, false));
    out.push_back(network.name);
  }
  return out;
}

constinit const cli::Command kNetworkPruneCommand{.name = "network prune",
                                                  .summary = "remove the networks that no container is in",
                                                  .description = "The default network stays.",
                                                  .options = kOptions,
                                                  .run = run};

}  // namespace masu::manager
