// SPDX-License-Identifier: Apache-2.0
//
// Network interfaces by rtnetlink(7): a socket speaks for the network namespace in which it was opened,
// whoever uses it later. Errors carry the kernel's own words where it gives any (NETLINK_EXT_ACK).
#pragma once

#include "masu/sys/fd.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::sys {

class Netlink {
 public:
  struct Link {
    int index = 0;  ///< 1 and up, of its namespace
    std::string name;
  };
  /// An address as the kernel has it, without its lifetimes: raw bytes, network order.
  struct Address {
    int family = 0;  ///< AF_INET, AF_INET6
    unsigned prefix = 0;
    unsigned scope = 0;       ///< RT_SCOPE_*
    std::uint32_t flags = 0;  ///< IFA_F_*
    std::string local;
    std::string peer;  ///< IFA_ADDRESS: the same as `local`, but on a point-to-point link
    std::string broadcast;
  };

  /// For the caller's network namespace.
  static Result<Netlink> open();
  /// For that of `net_namespace`, an fd of it; the calling thread is there for a moment, which needs
  /// CAP_SYS_ADMIN.
  static Result<Netlink> open_in(int net_namespace);

  Result<std::vector<Link>> links();
  Result<std::vector<Address>> addresses(int index);
  Result<> add_address(int index, const Address& address);
  Result<> set_up(int index);
  /// A new interface of a kind that needs no more than that: "bridge", "dummy".
  Result<> add_link(const std::string& name, std::string_view kind);
  /// Into another namespace, under `name`, which may be a pattern of the kernel's ("eth%d"). The link is down
  /// there.
  Result<> move(int index, int net_namespace, const std::string& name);

 private:
  explicit Netlink(Fd socket) : socket_(std::move(socket)) {}
  class Request;
  /// Sends, and gives each message of the answer to `take`.
  template <class Take>
  Result<> ask(Request request, std::string_view what, Take take);
  Result<> order(Request request, std::string_view what);

  Fd socket_;
  std::uint32_t sequence_ = 0;
};

}  // namespace masu::sys
