// SPDX-License-Identifier: Apache-2.0
//
// The networks of containers: what --network may say, and what becomes of it when a container starts and
// ends.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/network/record.h"
#include "masu/network/setup.h"
#include "masu/sys/fd.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

network::Folders network_folders(const Place& place);

/// Values of Request::network; behind "container:" is an id, behind "ns:" a path.
inline constexpr std::string_view kNoNetwork = "none", kHostNetwork = "host", kBridgeNetwork = "bridge",
                                  kPastaNetwork = "pasta", kSlirpNetwork = "slirp4netns",
                                  kContainerNetwork = "container:", kPathNetwork = "ns:";
/// Whether it is made for the container by one of the network's programs, which is what has ports.
bool has_own_network(const Request& request);

/// What --network is by default: a bridge for root, pasta or slirp4netns in a user namespace, "none" where
/// the programs for it are missing; `hint` says then how to get them.
std::string default_network(std::string* hint);

/// A network namespace for a container that is about to be made.
struct NetworkSpace {
  sys::Fd space;                          ///< none: the runtime makes one, or none is wanted
  std::vector<sys::Fd> held;              ///< network::Ready::held
  std::optional<network::Record> record;  ///< of one that is made here
  std::string files_of;                   ///< id of the container whose hosts and resolv.conf are its own too
};
/// `user_space` is the user namespace that it is to belong to; -1: ours.
Result<NetworkSpace> make_network_space(const Place& place, const Request& request, int user_space);
/// Makes it Place::network_space() in the caller's mount namespace.
Result<> mount_network_space(const Place& place, const Request& request, const NetworkSpace& network);

/// That of a container with a shim, seen from there or from outside; none if it is gone.
sys::Fd find_network_space(const Place& place, const std::string& id);

/// A container joins a network, running or not, or leaves one.
Result<> connect_network(const Place& place, Request request, network::Join join);
Result<> disconnect_network(const Place& place, Request request, const std::string& network);

/// Containers that are to be in this network, running or not.
Result<std::vector<Request>> network_users(const Place& place, const network::Network& network);

/// hosts, hostname and resolv.conf in the container's folder.
Result<> write_network_files(const Place& place, const Request& request,
                             const std::optional<network::Record>& record);

}  // namespace masu::manager
