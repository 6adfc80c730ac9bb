// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/netlink.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <cstring>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace masu::sys {
namespace {

template <class T>
T load(std::string_view bytes) {
  T value{};
  memcpy(&value, bytes.data(), bytes.size() < sizeof value ? bytes.size() : sizeof value);
  return value;
}

constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// Each attribute of `bytes` (struct rtattr, netlink(7)).
template <class Take>
void each_attribute(std::string_view bytes, Take take) {
  while (bytes.size() >= sizeof(rtattr)) {
    const auto head = load<rtattr>(bytes);
    if (head.rta_len < sizeof(rtattr) || head.rta_len > bytes.size()) return;
    take(head.rta_type & NLA_TYPE_MASK, bytes.substr(sizeof(rtattr), head.rta_len - sizeof(rtattr)));
    bytes.remove_prefix(aligned(head.rta_len) < bytes.size() ? aligned(head.rta_len) : bytes.size());
  }
}

std::string_view c_string(std::string_view bytes) { return bytes.substr(0, bytes.find('\0')); }

// What NLMSG_ERROR says beside the errno: behind the header of the request that it echoes.
std::string kernel_words(const nlmsghdr& head, std::string_view body) {
  std::string words;
  if ((head.nlmsg_flags & NLM_F_ACK_TLVS) == 0 || body.size() < sizeof(nlmsgerr)) return words;
  const auto error = load<nlmsgerr>(body);
  const bool capped = (head.nlmsg_flags & NLM_F_CAPPED) != 0;
  const std::size_t skip = sizeof(int) + aligned(capped ? sizeof(nlmsghdr) : error.msg.nlmsg_len);
  if (skip >= body.size()) return words;
  each_attribute(body.substr(skip), [&](int type, std::string_view value) {
    if (type == NLMSGERR_ATTR_MSG) words = c_string(value);
  });
  return words;
}

}  // namespace

// One message: header, the family's own struct, attributes.
class Netlink::Request {
 public:
  template <class Body>
  Request(int type, int flags, const Body& body) {
    head_.nlmsg_type = static_cast<std::uint16_t>(type);
    head_.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    put(&body, sizeof body);
  }
  Request& add(int type, std::string_view value) {
    const rtattr head{static_cast<std::uint16_t>(sizeof(rtattr) + value.size()),
                      static_cast<std::uint16_t>(type)};
    put(&head, sizeof head);
    put(value.data(), value.size());
    return *this;
  }
  Request& add_number(int type, std::uint32_t value) {
    return add(type, {reinterpret_cast<const char*>(&value), sizeof value});
  }
  std::string finish(std::uint32_t sequence) {
    head_.nlmsg_len = static_cast<std::uint32_t>(sizeof head_ + bytes_.size());
    head_.nlmsg_seq = sequence;
    std::string message(reinterpret_cast<const char*>(&head_), sizeof head_);
    return message + bytes_;
  }

 private:
  void put(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    bytes_.resize(aligned(bytes_.size()));
  }
  nlmsghdr head_{};
  std::string bytes_;
};

Result<Netlink> Netlink::open() {
  const long made = raw::call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (made < 0) return fail(Error::sys(static_cast<int>(-made), "open a netlink socket"));
  Fd socket(static_cast<int>(made));
  const int on = 1;
  const timeval deadline{.tv_sec = 10, .tv_usec = 0};  // the kernel answers at once
  (void)setsockopt(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  (void)setsockopt(socket.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  (void)setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  return Netlink(std::move(socket));
}

Result<Netlink> Netlink::open_in(int net_namespace) {
  const Fd own = TRY(sys::open("/proc/thread-self/ns/net", O_RDONLY));
  if (const int joined = raw::setns(net_namespace, CLONE_NEWNET); joined < 0)
    return fail(Error::sys(-joined, "join the network namespace"));
  auto opened = open();
  if (const int back = raw::setns(own.get(), CLONE_NEWNET); back < 0)
    return fail(Error::sys(-back, "go back to the own network namespace"));
  return opened;
}

template <class Take>
Result<> Netlink::ask(Request request, std::string_view what, Take take) {
  const std::string message = request.finish(++sequence_);
  if (const long sent = raw::call(SYS_sendto, socket_.get(), message.data(), message.size(), 0, nullptr, 0);
      sent < 0)
    return fail(Error::sys(static_cast<int>(-sent), std::string(what)));
  std::string buffer(32 << 10, '\0');  // as large as the kernel makes a dump's parts
  for (;;) {
    const long got =
        raw::call(SYS_recvfrom, socket_.get(), buffer.data(), buffer.size(), 0, nullptr, nullptr);
    if (got == -EINTR) continue;
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), cat(what, ": no answer of the kernel")));
    std::string_view rest(buffer.data(), static_cast<std::size_t>(got));
    while (rest.size() >= sizeof(nlmsghdr)) {
      const auto head = load<nlmsghdr>(rest);
      if (head.nlmsg_len < sizeof head || head.nlmsg_len > rest.size())
        return fail(Error::make(Kind::system, cat(what, ": a broken answer of the kernel")));
      const std::string_view body = rest.substr(sizeof head, head.nlmsg_len - sizeof head);
      rest.remove_prefix(aligned(head.nlmsg_len) < rest.size() ? aligned(head.nlmsg_len) : rest.size());
      if (head.nlmsg_seq != sequence_) continue;
      if (head.nlmsg_type == NLMSG_DONE) return {};
      if (head.nlmsg_type != NLMSG_ERROR) {
        take(body);
        continue;
      }
      const int err = -load<int>(body);
      if (err == 0) return {};
      const std::string words = kernel_words(head, body);
      return fail(Error::sys(err, words.empty() ? std::string(what) : cat(what, ": ", words)));
    }
  }
}

Result<> Netlink::order(Request request, std::string_view what) {
  return ask(std::move(request), what, [](std::string_view) {});
}

Result<std::vector<Netlink::Link>> Netlink::links() {
  std::vector<Link> links;
  const ifinfomsg any{};
  TRY(ask(Request(RTM_GETLINK, NLM_F_DUMP, any), "list the network interfaces", [&](std::string_view body) {
    if (body.size() < sizeof any) return;
    Link link{.index = load<ifinfomsg>(body).ifi_index, .name = {}};
    each_attribute(body.substr(sizeof any), [&](int type, std::string_view value) {
      if (type == IFLA_IFNAME) link.name = c_string(value);
    });
    links.push_back(std::move(link));
  }));
  return links;
}

Result<std::vector<Netlink::Address>> Netlink::addresses(int index) {
  std::vector<Address> addresses;
  ifaddrmsg any{};
  any.ifa_index = static_cast<std::uint32_t>(index);
  TRY(ask(Request(RTM_GETADDR, NLM_F_DUMP, any), "list the addresses of a network interface",
          [&](std::string_view body) {
            if (body.size() < sizeof any) return;
            const auto head = load<ifaddrmsg>(body);
            if (head.ifa_index != any.ifa_index) return;
            Address address{.family = head.ifa_family,
                            .prefix = head.ifa_prefixlen,
                            .scope = head.ifa_scope,
                            .flags = head.ifa_flags};
            each_attribute(body.substr(sizeof any), [&](int type, std::string_view value) {
              if (type == IFA_LOCAL) address.local = value;
              if (type == IFA_ADDRESS) address.peer = value;
              if (type == IFA_BROADCAST) address.broadcast = value;
              if (type == IFA_FLAGS) address.flags = load<std::uint32_t>(value);
            });
            if (address.local.empty()) address.local = address.peer;  // IPv6 has the one only
            addresses.push_back(std::move(address));
          }));
  return addresses;
}

Result<> Netlink::add_address(int index, const Address& address) {
  ifaddrmsg head{};
  head.ifa_family = static_cast<std::uint8_t>(address.family);
  head.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix);
  head.ifa_scope = static_cast<std::uint8_t>(address.scope);
  head.ifa_index = static_cast<std::uint32_t>(index);
  Request request(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, head);
  request.add(IFA_LOCAL, address.local).add(IFA_ADDRESS, address.peer);
  if (!address.broadcast.empty()) request.add(IFA_BROADCAST, address.broadcast);
  // What is the user's to say; the rest is the kernel's own state of the old address.
  request.add_number(IFA_FLAGS, address.flags & (IFA_F_NOPREFIXROUTE | IFA_F_MANAGETEMPADDR | IFA_F_NODAD |
                                                 IFA_F_HOMEADDRESS));
  return order(std::move(request), "add an address to a network interface");
}

Result<> Netlink::set_up(int index) {
  ifinfomsg head{};
  head.ifi_index = index;
  head.ifi_flags = IFF_UP;
  head.ifi_change = IFF_UP;
  return order(Request(RTM_NEWLINK, NLM_F_ACK, head), "set a network interface up");
}

Result<> Netlink::add_link(const std::string& name, std::string_view kind) {
  const rtattr head{static_cast<std::uint16_t>(sizeof(rtattr) + kind.size()), IFLA_INFO_KIND};
  std::string info(reinterpret_cast<const char*>(&head), sizeof head);
  info += kind;
  Request request(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.add(IFLA_IFNAME, {name.c_str(), name.size() + 1}).add(IFLA_LINKINFO, info);
  return order(std::move(request), cat("add the network interface ", name));
}

Result<> Netlink::move(int index, int net_namespace, const std::string& name) {
  ifinfomsg head{};
  head.ifi_index = index;
  Request request(RTM_NEWLINK, NLM_F_ACK, head);
  request.add_number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(net_namespace));
  request.add(IFLA_IFNAME, {name.c_str(), name.size() + 1});
  return order(std::move(request), "move a network interface");
}

}  // namespace masu::sys
