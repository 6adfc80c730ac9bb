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
    value("network", "MODE", "none (the default), or host for the network of this machine", 0,
          {cli::Values::From::choices, "none host"});
inline constexpr cli::Option kNet{.name = "net",
                                  .takes = cli::Option::Takes::value,
                                  .argument = "MODE",
                                  .values = {cli::Values::From::choices, "none host"},
                                  .help = "as --network",
                                  .hidden = true};
inline constexpr cli::Option kAddHost = values("add-host", "NAME:ADDRESS", "an entry of /etc/hosts");
inline constexpr cli::Option kDns = values("dns", "ADDRESS", "a name server, instead of the host's");
inline constexpr std::array kNetworkOptions = {&kHostname, &kNetwork, &kNet, &kAddHost, &kDns};

/// What they say, and the image where they are silent.
Result<> read_network(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
