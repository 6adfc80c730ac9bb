// SPDX-License-Identifier: Apache-2.0
//
// Kernel parameters of `linux.sysctl`: which a container may set, and where they lie below /proc/sys.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

#include <string>
#include <string_view>

namespace masu::spec {

/// "net.ipv4.ip_forward", or "net/ipv4/ip_forward", as its path below /proc/sys: "net/ipv4/ip_forward". As in
/// sysctl(8), the first separator decides, and the other character is a part of a name:
/// "net.ipv4.conf.eth0/1.mtu" and "net/ipv4/conf/eth0.1/mtu" are one. Empty for a key that is no such path.
std::string sysctl_path(std::string_view key);

/// Refuses a parameter that does not belong to a namespace which the container has of its own, by its JSON
/// path.
Result<> check_sysctl(const Config& config, std::string_view key, std::string_view value);

}  // namespace masu::spec
