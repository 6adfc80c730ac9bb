// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/try.h"
#include "network_command.h"

namespace masu::manager {
namespace {

constexpr cli::Option kForce{.name = "force", .letter = 'f', .help = "fine if it is not in there"};
constexpr const cli::Option* kOptions[] = {&kForce};
constexpr cli::Positional kPositionals[] = {kNetworkPositional[0], kContainer[0]};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const network::Network network = TRY(network::find(network_folders(place), call.arguments.positional(0)));
  const std::string id = TRY(find(place, call.arguments.positional(1))).id;
  const store::Lock held = TRY(lock(place, id));
  Request request = TRY(load(place, id));
  auto done = disconnect_network(place, std::move(request), network.name);
  if (!done && (!call.arguments.has(kForce) || done.error().kind() != Kind::not_found))
    return fail(std::move(done).error());
  return 0;
}

}  // namespace

constinit const cli::Command kNetworkDisconnectCommand{
    .name = "network disconnect",
    .summary = "take a container out of a network, running or not",
    .options = kOptions,
    .positionals = kPositionals,
    .run = run};

}  // namespace masu::manager
