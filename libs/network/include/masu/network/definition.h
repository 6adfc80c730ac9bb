// SPDX-License-Identifier: Apache-2.0
//
// Networks that containers join: each is a file, in the form that podman and netavark have too.
//
//     <root>/networks/<name>.json                what it is; taken by whoever makes the file first
//     <state>/networks/leases/<name>.json        who has which of its addresses, with a lock beside it
//     <state>/networks/containers/<id>.json      what a container has of networks (record.h)
//     <state>/networks/aardvark-dns/             the files of the name server
#pragma once

#include "masu/base/error.h"
#include "masu/json/reader.h"
#include "masu/network/address.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::network {

struct Folders {
  std::string root, state;  ///< absolute; `state` dies with the boot
};

/// The network that is there without having been made: `--network bridge`.
inline constexpr std::string_view kDefaultNetwork = "masu";

struct Segment {
  Subnet subnet;
  std::optional<Address> gateway;
  std::optional<Address> first, last;  ///< what is given to containers; else all of it
};

struct Network {
  std::string name, id;  ///< id: 64 hex digits
  std::string driver = "bridge";
  std::string interface;  ///< the bridge, or of macvlan the parent
  std::string created;    ///< RFC 3339
  std::vector<Segment> segments;
  bool internal = false, ipv6 = false, dns = true;
  std::vector<std::string> dns_servers;
  std::map<std::string, std::string> options, labels;
};

std::string to_json(const Network& network);
Result<> read(json::Reader in, Network& out);

/// Fills in what is left open (id, time, interface, a subnet that nothing here uses, gateways) and keeps it.
/// Kind::exists for a name in use, Kind::usage for what contradicts itself.
Result<Network> create(const Folders& folders, Network network);
/// By name, or by the beginning of its id. The default network is made when it is asked for. Kind::not_found.
Result<Network> find(const Folders& folders, std::string_view text);
/// All by name; the default network is among them if it has been made.
Result<std::vector<Network>> list(const Folders& folders);
/// Of nobody that uses it; that is the caller's to know.
Result<> remove(const Folders& folders, const Network& network);

/// Subnets that this machine has routes to.
std::vector<Subnet> routed_subnets();
/// A /`prefix` out of the private ranges that overlaps none of `taken`; the search begins at `from`.
std::optional<Subnet> free_subnet(const Subnet& from, unsigned prefix, const std::vector<Subnet>& taken);
/// Destinations in /proc/net/route.
std::vector<Subnet> parse_routes(std::string_view table);

}  // namespace masu::network
