// SPDX-License-Identifier: Apache-2.0
//
// Who has which address of a network. One lock for each network.
#pragma once

#include "masu/network/definition.h"

#include <map>
#include <vector>

namespace masu::network {

struct Leases {
  std::map<std::string, std::string> holders;  ///< address → id of the container
  std::map<std::string, std::string> last;     ///< subnet → the address given last
};

/// The next free address of a segment behind the one given last, so that one is not given anew at once.
std::optional<Address> choose_address(const Segment& segment, const Leases& leases);

/// Takes an address in each segment for the container; `wanted` are those asked for. Kind::exists for one
/// that is in use.
Result<std::vector<Address>> take_addresses(const Folders& folders, const Network& network,
                                            const std::string& id, const std::vector<Address>& wanted);
/// All that the container has in the network.
Result<> give_back(const Folders& folders, const std::string& network, const std::string& id);

}  // namespace masu::network
