// SPDX-License-Identifier: Apache-2.0
#include "net_devices.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/netlink.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

namespace masu::container {
namespace {

using sys::Netlink;

Result<Netlink::Link> find_link(Netlink& net, const std::string& name) {
  const auto links = TRY(net.links());
  const auto found = std::ranges::find(links, name, &Netlink::Link::name);
  if (found == links.end()) return fail(Error::sys(ENODEV, cat("network interface ", quote(name))));
  return *found;
}

// The name may be a pattern, and the index another one over there: the link that was not there before.
Result<int> find_new_link(Netlink& net, const std::vector<Netlink::Link>& before) {
  for (const auto& link : TRY(net.links()))
    if (std::ranges::find(before, link.index, &Netlink::Link::index) == before.end()) return link.index;
  return fail(Error::sys(ENODEV, "find the interface in the container"));
}

bool is_kept(const Netlink::Address& address) {
  return address.scope == RT_SCOPE_UNIVERSE && (address.flags & IFA_F_PERMANENT) != 0;
}

Result<> move_device(Netlink& host, Netlink& container, int net_namespace, const std::string& name,
                     const std::string& new_name) {
  const Netlink::Link link = TRY(find_link(host, name));
  const auto addresses = TRY(host.addresses(link.index));
  const auto before = TRY(container.links());
  if (std::ranges::find(before, new_name, &Netlink::Link::name) != before.end())
    return fail(Error::sys(EEXIST, cat("the container's network interface ", quote(new_name))));
  TRY(host.move(link.index, net_namespace, new_name));
  const int index = TRY(find_new_link(container, before));
  for (const auto& address : addresses)
    if (is_kept(address)) TRY(container.add_address(index, address));
  return container.set_up(index);
}

}  // namespace

Result<> move_net_devices(const sys::Procfs& procfs, pid_t pid,
                          const std::map<std::string, spec::NetDevice>& devices) {
  // A magic link, followed on purpose, of the host's own procfs.
  const sys::Fd net_namespace(sys::raw::openat(procfs.fd(), cat(pid, "/ns/net").c_str(), O_RDONLY));
  if (!net_namespace.valid())
    return fail(
        Error::sys(-net_namespace.get(), "open the container's network namespace").at("linux.netDevices"));
  const auto move_all = [&]() -> Result<> {
    Netlink host = TRY(Netlink::open());
    Netlink container = TRY(Netlink::open_in(net_namespace.get()));
    for (const auto& [name, device] : devices) {
      auto moved =
          move_device(host, container, net_namespace.get(), name, device.name.empty() ? name : device.name);
      if (!moved)
        return fail(std::move(moved)
                        .error()
                        .within(cat("network interface ", quote(name)))
                        .at(cat("linux.netDevices.", name)));
    }
    return {};
  };
  if (auto moved = move_all(); !moved) {
    Error error = std::move(moved).error().at("linux.netDevices");
    if (error.err() == EPERM)
      return fail(std::move(error).hint("interfaces of the host are for the host's root to give away"));
    return fail(std::move(error));
  }
  return {};
}

}  // namespace masu::container
