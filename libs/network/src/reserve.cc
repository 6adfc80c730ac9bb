// SPDX-License-Identifier: Apache-2.0
//
// Ports of the host are taken by binding them. For tcp the sockets listen, since two that only bind a port
// with SO_REUSEADDR may share it; without that, one in TIME_WAIT would count as in use.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/network/address.h"
#include "masu/network/port.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace masu::network {
namespace {

socklen_t fill(sockaddr_storage& out, const Address& address, std::uint16_t port) {
  if (address.v6) {
    auto& six = reinterpret_cast<sockaddr_in6&>(out);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    memcpy(&six.sin6_addr, address.bytes.data(), sizeof six.sin6_addr);
    return sizeof six;
  }
  auto& four = reinterpret_cast<sockaddr_in&>(out);
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  memcpy(&four.sin_addr, address.bytes.data(), sizeof four.sin_addr);
  return sizeof four;
}

// 0, or the errno. With port 0 the kernel finds one.
int bind_port(const Port& port, std::uint16_t number, sys::Fd& out) {
  const Address address = Address::parse(port.host_ip).value_or(Address{});
  const bool udp = port.protocol == "udp";
  out = sys::Fd(socket(address.v6 ? AF_INET6 : AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
  if (!out.valid()) return errno;
  const int on = 1;
  if (!udp) (void)setsockopt(out.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.v6) (void)setsockopt(out.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  sockaddr_storage name{};
  const socklen_t size = fill(name, address, number);
  if (bind(out.get(), reinterpret_cast<sockaddr*>(&name), size) != 0) return errno;
  if (!udp && listen(out.get(), 1) != 0) return errno;
  return 0;
}

std::uint16_t bound_port(const sys::Fd& socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) return 0;
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(name).sin6_port
                                          : reinterpret_cast<sockaddr_in&>(name).sin_port);
}

Error refusal(const Port& port, std::uint16_t number, int err) {
  Port named = port;
  named.host_port = number;
  const std::string what = cat("publish port ", shown_host_side(named), "/", port.protocol);
  if (err == EADDRINUSE)
    return Error::make(Kind::exists, cat(what, ": it is in use"))
        .hint(cat("ss -ln", port.protocol == "udp" ? "u" : "t", "p 'sport = :", number, "' shows by whom"));
  Error error = Error::sys(err, what);
  if (err == EACCES)
    return std::move(error).hint(
        "ports below net.ipv4.ip_unprivileged_port_start are root's: sysctl "
        "net.ipv4.ip_unprivileged_port_start");
  if (err == EADDRNOTAVAIL)
    return std::move(error).hint("it is no address of this host: ip address lists them");
  return error;
}

Result<sys::Fd> reserve_one(Port& port) {
  sys::Fd socket;
  int err = EADDRINUSE;
  for (unsigned number = port.host_port;
       err == EADDRINUSE && number <= std::max(port.host_port, port.host_last); ++number)
    err = bind_port(port, static_cast<std::uint16_t>(number), socket);
  if (err != 0) return fail(refusal(port, port.host_port, err));
  port.host_port = port.host_last = bound_port(socket);
  return socket;
}

}  // namespace

Result<std::vector<sys::Fd>> reserve(std::vector<Port>& ports) {
  std::vector<sys::Fd> out;
  for (Port& port : ports) {
    if (port.protocol != "sctp") {
      out.push_back(TRY(reserve_one(port)));
    } else if (port.host_port == 0) {
      port.host_port = port.host_last = port.container_port;  // the kernel may be without sctp: no socket
    }
  }
  return out;
}

}  // namespace masu::network
