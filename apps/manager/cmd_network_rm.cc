// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "network_command.h"

namespace masu::manager {
namespace {

constexpr cli::Option kForce{.name = "force", .letter = 'f', .help = "with the containers that are in it"};
constexpr const cli::Option* kOptions[] = {&kForce};
constexpr cli::Positional kPositionals[] = {{.name = "NETWORK",
                                             .count = cli::Positional::Count::some,
                                             .values = {cli::Values::From::output, "network ls -q"},
                                             .help = "names, or beginnings of ids"}};

Result<int> run(const cli::Call& call) {
  return each_network(call, [&](const Place& place, const network::Network& network) -> Result<std::string> {
    TRY(remove_network(place, network, call.arguments.has(kForce)));
    return network.name + "\n";
  });
}

}  // namespace

constinit const cli::Command kNetworkRmCommand{
    .name = "network rm",
    .summary = "remove networks",
    .description = "The default network comes back when it is used again.",
    .options = kOptions,
    .positionals = kPositionals,
    .run = run};

}  // namespace masu::manager
