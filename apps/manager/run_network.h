// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: network and names.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kHostname =
    value("hostname", "NAME", "the host name in the container; its id by default", 'h');
inline constexpr cli::Option kNetwork =
    values("network", "NETWORK",
           "a network's name, or bridge, none, host, pasta, slirp4netns, container:NAME, ns:PATH", 0,
           {cli::Values::From::output, "network ls -q"});
inline constexpr cli::Option kNet{.name = "net",
                                  .takes = cli::Option::Takes::values,
                                  .argument = "NETWORK",
                                  .values = {cli::Values::From::output, "network ls -q"},
                                  .help = "as --network",
                                  .hidden = true};
inline constexpr cli::Option kPublish =
    values("publish", "[[IP:]PORT:]PORT[/udp]", "a port of the host, then that of the container", 'p');
inline constexpr cli::Option kPublishAll{
    .name = "publish-all", .letter = 'P', .help = "publish each exposed port at a free one of the host"};
inline constexpr cli::Option kExpose = values("expose", "PORT[/udp]", "a port for --publish-all");
inline constexpr cli::Option kIp = value("ip", "ADDRESS", "its address in its network");
inline constexpr cli::Option kIp6 = value("ip6", "ADDRESS", "its address of IPv6 there");
inline constexpr cli::Option kMacAddress = value("mac-address", "MAC", "the MAC address of its interface");
inline constexpr cli::Option kNetworkAlias = values("network-alias", "NAME", "another name in its networks");
inline constexpr cli::Option kAddHost =
    values("add-host", "NAME:ADDRESS", "an entry of /etc/hosts; host-gateway is this machine");
inline constexpr cli::Option kNoHosts{.name = "no-hosts", .help = "leave /etc/hosts as the image has it"};
inline constexpr cli::Option kDns = values("dns", "ADDRESS", "a name server, instead of the host's");
inline constexpr cli::Option kDnsSearch =
    values("dns-search", "DOMAIN", "a domain to search names in; . for none");
inline constexpr cli::Option kDnsOption = values("dns-option", "OPTION", "an option of resolv.conf(5)");
inline constexpr cli::Option kDnsOpt{.name = "dns-opt",
                                     .takes = cli::Option::Takes::values,
                                     .argument = "OPTION",
                                     .help = "as --dns-option",
                                     .hidden = true};
inline constexpr std::array kNetworkOptions = {
    &kPublish,    &kPublishAll,   &kExpose,  &kHostname, &kNetwork, &kNet,       &kIp,        &kIp6,
    &kMacAddress, &kNetworkAlias, &kAddHost, &kNoHosts,  &kDns,     &kDnsSearch, &kDnsOption, &kDnsOpt};

/// What they say, and the image where they are silent.
Result<> read_network(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
