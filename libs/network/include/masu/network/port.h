// SPDX-License-Identifier: Apache-2.0
//
// Published ports: as they are asked for on a command line, and as they came to be.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace masu::network {

struct Port {
  std::string host_ip;                         ///< empty: every address of the host
  std::uint16_t host_port = 0, host_last = 0;  ///< 0: any that is free; else the first free one of a range
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";  ///< "tcp", "udp", "sctp"
  bool operator==(const Port&) const = default;
};

/// [[ip:][hostPort]:]containerPort[/protocol], ports also as ranges "first-last", IPv6 in brackets: one Port
/// for each port of the container. Kind::usage for anything else.
Result<std::vector<Port>> parse_publish(std::string_view text);

/// "80", "80/udp", "8000-8010/tcp", as --expose has it: each as "80/tcp".
Result<std::vector<std::string>> parse_expose(std::string_view text);

/// "0.0.0.0:8080->80/tcp", neighbours as one range: for lists.
std::string shown_ports(const std::vector<Port>& ports);
/// "0.0.0.0:8080", "[::1]:8080"
std::string shown_host_side(const Port& port);

/// Gives each port without a number, or with a range of them, one that is free, and binds all: nobody else
/// gets them while the sockets are open. Kind::exists for one in use, which the error names.
Result<std::vector<sys::Fd>> reserve(std::vector<Port>& ports);

}  // namespace masu::network
