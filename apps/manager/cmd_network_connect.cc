// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "network_command.h"
#include "network_words.h"
#include "option.h"

namespace masu::manager {
namespace {

constexpr cli::Option kIp = value("ip", "ADDRESS", "its address there");
constexpr cli::Option kIp6 = value("ip6", "ADDRESS", "its address of IPv6 there");
constexpr cli::Option kMac = value("mac-address", "MAC", "the MAC address of its interface");
constexpr cli::Option kAlias = values("alias", "NAME", "another name of it there");
constexpr const cli::Option* kOptions[] = {&kIp, &kIp6, &kMac, &kAlias};
constexpr cli::Positional kPositionals[] = {kNetworkPositional[0], kContainer[0]};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  network::Join join{.network = std::string(call.arguments.positional(0))};
  for (const cli::Option* option : {&kIp, &kIp6})
    for (const std::string_view word : call.arguments.values(*option))
      TRY_IN(add_address(join, word), cat("--", option->name));
  if (call.arguments.has(kMac)) TRY_IN(set_mac(join, call.arguments.value(kMac)), "--mac-address");
  for (const std::string_view word : call.arguments.values(kAlias)) TRY_IN(add_alias(join, word), "--alias");
  const std::string id = TRY(find(place, call.arguments.positional(1))).id;
  const store::Lock held = TRY(lock(place, id));
  Request request = TRY(load(place, id));
  TRY(connect_network(place, std::move(request), std::move(join)));
  return 0;
}

}  // namespace

constinit const cli::Command kNetworkConnectCommand{
    .name = "network connect",
    .summary = "let a container join a network, running or not",
    .options = kOptions,
    .positionals = kPositionals,
    .run = run};

}  // namespace masu::manager
