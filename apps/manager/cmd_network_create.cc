// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/manager/network.h"
#include "option.h"

namespace masu::manager {
namespace {

using network::Address;
using network::Segment;
using network::Subnet;

constexpr cli::Option kDriver =
    value("driver", "DRIVER", "bridge (the default), or macvlan on an interface of the host", 'd',
          {cli::Values::From::choices, "bridge macvlan"});
constexpr cli::Option kSubnet = values("subnet", "SUBNET", "10.5.0.0/24; a free one by default");
constexpr cli::Option kGateway = values("gateway", "ADDRESS", "of a subnet; its first address by default");
constexpr cli::Option kIpRange = values("ip-range", "SUBNET", "the part of a subnet that containers get");
constexpr cli::Option kInternal{.name = "internal", .help = "without a way out"};
constexpr cli::Option kIpv6{.name = "ipv6", .help = "with a subnet of IPv6 too"};
constexpr cli::Option kOpt =
    values("opt", "NAME=VALUE", "mtu=1400, isolate=true, vlan=N; parent=eth0 of macvlan", 'o');
constexpr cli::Option kInterfaceName = value("interface-name", "NAME", "of the bridge; masu<N> by default");
constexpr cli::Option kDisableDns{.name = "disable-dns",
                                  .help = "without a name server for containers' names"};
constexpr cli::Option kDnsServer = values("dns", "ADDRESS", "what the name server asks");
constexpr cli::Option kLabel = values("label", "NAME[=VALUE]", "a label");
constexpr cli::Option kIgnore{.name = "ignore", .help = "fine if it is there already"};
constexpr const cli::Option* kOptions[] = {&kDriver,        &kSubnet,     &kGateway,   &kIpRange,
                                           &kInternal,      &kIpv6,       &kOpt,       &kLabel,
                                           &kInterfaceName, &kDisableDns, &kDnsServer, &kIgnore};
constexpr cli::Positional kPositionals[] = {{.name = "NAME",
                                             .count = cli::Positional::Count::optional,
                                             .help = "letters, digits and _ . -; one is found by default"}};

Segment* segment_of(network::Network& network, const Address& address) {
  for (Segment& segment : network.segments)
    if (segment.subnet.contains(address)) return &segment;
  return nullptr;
}

Result<> read_segments(const cli::Arguments& given, network::Network& out) {
  for (const std::string_view word : given.values(kSubnet)) {
    const auto subnet = Subnet::parse(word);
    if (!subnet) return fail(wrong(kSubnet, word, "expected one like 10.5.0.0/24"));
    out.segments.push_back({.subnet = *subnet, .gateway = {}, .first = {}, .last = {}});
    out.ipv6 = out.ipv6 || subnet->base.v6;
  }
  for (const std::string_view word : given.values(kGateway)) {
    const auto address = Address::parse(word);
    Segment* segment = address ? segment_of(out, *address) : nullptr;
    if (segment == nullptr) return fail(wrong(kGateway, word, "expected an address in a --subnet"));
    segment->gateway = address;
  }
  for (const std::string_view word : given.values(kIpRange)) {
    const auto range = Subnet::parse(word);
    Segment* segment = range ? segment_of(out, range->base) : nullptr;
    if (segment == nullptr || range->prefix < segment->subnet.prefix)
      return fail(wrong(kIpRange, word, "expected a part of a --subnet"));
    segment->first = range->base;
    segment->last = range->last();
  }
  return {};
}

Result<> read_options(const cli::Arguments& given, network::Network& out) {
  for (const std::string_view word : given.values(kOpt)) {
    auto [name, text] = split_pair(word);
    if (name == "com.docker.network.driver.mtu") name = "mtu";
    const bool number = name == "mtu" || name == "vlan" || name == "metric";
    if (name == "parent" && out.driver == "macvlan")
      out.interface = text;
    else if ((number && text::parse_int<std::uint32_t>(text)) ||
             (name == "isolate" && (text == "true" || text == "false")) ||
             (name == "mode" && out.driver == "macvlan"))
      out.options.insert_or_assign(name, text);
    else
      return fail(
          wrong(kOpt, word, "expected mtu=N, vlan=N, metric=N, isolate=true; of macvlan parent= and mode="));
  }
  if (given.has(kInterfaceName)) out.interface = given.value(kInterfaceName);
  if (out.interface.size() > 15 || out.interface.find('/') != std::string::npos)
    return fail(wrong(kInterfaceName, out.interface, "expected a name of 15 characters at most"));
  if (out.driver == "macvlan" && (out.interface.empty() || out.segments.empty()))
    return fail(Error::make(Kind::usage, "macvlan needs an interface of the host and its subnet")
                    .hint("--opt parent=eth0 --subnet 192.0.2.0/24"));
  return {};
}

Result<network::Network> read_definition(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  network::Network out;
  out.name = given.positional(0);
  out.driver = given.value(kDriver, "bridge");
  out.internal = given.has(kInternal);
  out.ipv6 = given.has(kIpv6);
  out.dns = !given.has(kDisableDns) && out.driver == "bridge";
  for (const std::string_view label : given.values(kLabel))
    out.labels.insert_or_assign(split_pair(label).first, split_pair(label).second);
  for (const std::string_view server : given.values(kDnsServer)) {
    if (!Address::parse(server)) return fail(wrong(kDnsServer, server, "expected an address"));
    out.dns_servers.emplace_back(server);
  }
  TRY(read_segments(given, out));
  TRY(read_options(given, out));
  return out;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  network::Network wanted = TRY(read_definition(call));
  const network::Folders folders = network_folders(place);
  for (unsigned number = 1; wanted.name.empty(); ++number)
    if (const std::string name = cat("network", number); !network::find(folders, name)) wanted.name = name;
  const std::string name = wanted.name;
  auto made = network::create(folders, std::move(wanted));
  if (!made &&
      (made.error().kind() != Kind::exists || !call.arguments.has(kIgnore) || !network::find(folders, name)))
    return fail(std::move(made).error());
  TRY(call.env.print(name + "\n"));
  return 0;
}

}  // namespace

constinit const cli::Command kNetworkCreateCommand{.name = "network create",
                                                   .summary = "make a network",
                                                   .description = "Prints its name.",
                                                   .options = kOptions,
                                                   .positionals = kPositionals,
                                                   .run = run};

}  // namespace masu::manager
