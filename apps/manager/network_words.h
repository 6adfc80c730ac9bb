// SPDX-License-Identifier: Apache-2.0
//
// Words about networks as command lines have them.
#pragma once

#include "masu/base/error.h"
#include "masu/network/setup.h"

#include <string_view>

namespace masu::manager {

/// "NAME" or "NAME:ip=10.5.0.2,mac=…,alias=…,interface_name=…". Kind::usage for anything else.
Result<network::Join> parse_join(std::string_view text);
/// Appends an address.
Result<> add_address(network::Join& join, std::string_view text);
Result<> set_mac(network::Join& join, std::string_view text);
/// A name that the name server is to know.
Result<> add_alias(network::Join& join, std::string_view text);

}  // namespace masu::manager
