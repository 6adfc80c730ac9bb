// SPDX-License-Identifier: Apache-2.0
#include "masu/network/definition.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/value.h"
#include "masu/store/store.h"
#include "masu/store/tree.h"
#include "masu/sys/netlink.h"
#include "masu/sys/raw.h"
#include "names.h"

#include <algorithm>
#include <bit>
#include <cerrno>

namespace masu::network {
namespace {

namespace raw = sys::raw;

constexpr std::size_t kIdBytes = 32;
constexpr std::string_view kSuffix = ".json";
constexpr unsigned kDefaultPrefix = 16, kPrefix = 24, kPrefix6 = 64;

std::string folder_of(const Folders& folders) { return folders.root + "/networks"; }

Result<Network> load(const Folders& folders, std::string_view name) {
  const std::string path = cat(folder_of(folders), "/", name, kSuffix);
  const auto text = sys::read_file(path);
  if (!text && text.error().err() == ENOENT)
    return fail(
        Error::make(Kind::not_found, cat("no such network: ", name)).hint("masu network ls lists them"));
  if (!text) return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
  const auto document = TRY_IN(json::Document::parse(*text), cat("network ", name));
  Network out;
  TRY_IN(read(json::Reader(document), out), cat("network ", name));
  return out;
}

Result<> check(const Network& network) {
  TRY(check_network_name(network.name));
  for (const Segment& segment : network.segments) {
    const std::string subnet = segment.subnet.text();
    if (segment.subnet.base.bits() - segment.subnet.prefix < 2)
      return fail(Error::make(Kind::usage, cat("the subnet ", subnet, " has no room for containers")));
    for (const auto& [what, address] : {std::pair{"gateway", &segment.gateway},
                                        {"first address", &segment.first},
                                        {"last address", &segment.last}})
      if (*address && !segment.subnet.contains(**address))
        return fail(
            Error::make(Kind::usage, cat("the ", what, " ", (*address)->text(), " is not in ", subnet)));
  }
  return {};
}

std::vector<Subnet> taken_subnets(const std::vector<Network>& networks) {
  std::vector<Subnet> out = routed_subnets();
  for (const Network& network : networks)
    for (const Segment& segment : network.segments) out.push_back(segment.subnet);
  return out;
}

// fdXX:XXXX:XXXX::/64, by chance (RFC 4193).
Result<Subnet> random_subnet6() {
  const std::string hex = TRY(store::random_hex(5));
  Address address{.v6 = true};
  address.bytes[0] = 0xfd;
  for (std::size_t i = 0; i < 5; ++i)
    address.bytes[i + 1] =
        text::parse_int<std::uint8_t>(std::string_view(hex).substr(2 * i, 2), 16).value_or(0);
  return Subnet::of(address, kPrefix6);
}

Result<> add_missing_segments(Network& network, const std::vector<Network>& others) {
  const bool is_default = network.name == kDefaultNetwork;
  const auto has = [&network](bool v6) {
    return std::ranges::any_of(network.segments, [v6](const Segment& s) { return s.subnet.base.v6 == v6; });
  };
  if (!has(false) && !(network.ipv6 && has(true))) {
    const Subnet from = *Subnet::parse(is_default ? "10.90.0.0/16" : "10.91.0.0/24");
    const auto free = free_subnet(from, is_default ? kDefaultPrefix : kPrefix, taken_subnets(others));
    if (!free)
      return fail(Error::make(Kind::exists, "every private subnet is in use").hint("--subnet names one"));
    network.segments.insert(network.segments.begin(),
                            {.subnet = *free, .gateway = {}, .first = {}, .last = {}});
  }
  if (network.ipv6 && !has(true))
    network.segments.push_back({.subnet = TRY(random_subnet6()), .gateway = {}, .first = {}, .last = {}});
  return {};
}

Result<> name_interface(Network& network, const std::vector<Network>& others) {
  if (!network.interface.empty() || network.driver != "bridge") return {};
  std::vector<std::string> used;
  for (const Network& other : others) used.push_back(other.interface);
  sys::Netlink netlink = TRY(sys::Netlink::open());
  for (sys::Netlink::Link& link : TRY(netlink.links())) used.push_back(std::move(link.name));
  for (unsigned number = 0;; ++number) {
    network.interface = cat("masu", number);
    if (std::ranges::find(used, network.interface) == used.end()) return {};
  }
}

// Whoever links the file first has the name.
Result<> keep(const Folders& folders, const Network& network) {
  const sys::Fd folder = TRY(sys::open(folder_of(folders), O_RDONLY | O_DIRECTORY));
  const std::string draft = cat(".", network.id), name = cat(network.name, kSuffix);
  TRY(sys::replace_file_at(folder.get(), draft.c_str(), to_json(network) + "\n", 0600));
  const int linked = raw::linkat(folder.get(), draft.c_str(), folder.get(), name.c_str(), 0);
  (void)raw::unlinkat(folder.get(), draft.c_str(), 0);
  if (linked == -EEXIST)
    return fail(Error::make(Kind::exists, cat("there is a network ", quote(network.name), " already"))
                    .hint(cat("masu network rm ", network.name, " removes it")));
  if (linked < 0) return fail(Error::sys(-linked, cat("keep network ", quote(network.name))));
  return {};
}

}  // namespace

Result<> check_network_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  for (const std::string_view word : kReservedNames)
    if (name == word)
      return fail(Error::make(Kind::usage, cat(quote(name), " is a mode, and no name of a network")));
  if (!name.empty() && name.size() <= 128 && letter(name.front()) &&
      std::ranges::all_of(name, [&](char c) { return letter(c) || c == '_' || c == '.' || c == '-'; }))
    return {};
  return fail(Error::make(Kind::usage, cat("invalid network name ", quote(name),
                                           ": letters, digits and _ . - behind the first, 128 at most")));
}

Result<Network> create(const Folders& folders, Network network) {
  TRY(check(network));
  TRY(store::make_folders(folder_of(folders)));
  // Two that choose at the same time must not choose the same subnet; who starts a container does not wait
  // here.
  const sys::Fd folder = TRY(sys::open(folder_of(folders), O_RDONLY | O_DIRECTORY));
  TRY(lock_file(folder.get(), "networks"));
  const std::vector<Network> others = TRY(list(folders));
  for (const Segment& segment : network.segments)
    for (const Network& other : others)
      for (const Segment& theirs : other.segments)
        if (theirs.subnet.overlaps(segment.subnet))
          return fail(Error::make(Kind::exists, cat("the subnet ", segment.subnet.text(), " overlaps ",
                                                    theirs.subnet.text(), " of network ", other.name)));
  network.id = TRY(store::random_hex(kIdBytes));
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  network.created = text::rfc3339(now.tv_sec, now.tv_nsec);
  TRY(add_missing_segments(network, others));
  TRY(name_interface(network, others));
  for (Segment& segment : network.segments)
    if (!segment.gateway) segment.gateway = segment.subnet.base.next();
  TRY(keep(folders, network));
  return network;
}

Result<Network> find(const Folders& folders, std::string_view text) {
  auto found = load(folders, text);
  if (found || found.error().kind() != Kind::not_found) return found;
  if (text == kDefaultNetwork) {
    Network standard;
    standard.name = text;
    auto made = create(folders, std::move(standard));
    return made || made.error().kind() != Kind::exists ? std::move(made) : load(folders, text);
  }
  for (Network& network : TRY(list(folders)))
    if (text.size() >= 4 && network.id.starts_with(text)) return std::move(network);
  return found;
}

Result<std::vector<Network>> list(const Folders& folders) {
  std::vector<Network> out;
  auto names = store::list_folder(AT_FDCWD, folder_of(folders).c_str());
  if (!names && names.error().err() == ENOENT) return out;
  for (const std::string& name : TRY(std::move(names))) {
    if (name.starts_with('.') || !name.ends_with(kSuffix)) continue;
    auto network = load(folders, std::string_view(name).substr(0, name.size() - kSuffix.size()));
    if (network) out.push_back(std::move(*network));
  }
  std::ranges::sort(out, {}, &Network::name);
  return out;
}

Result<> remove(const Folders& folders, const Network& network) {
  const std::string path = cat(folder_of(folders), "/", network.name, kSuffix);
  if (const int gone = raw::unlinkat(AT_FDCWD, path.c_str(), 0); gone < 0 && gone != -ENOENT)
    return fail(Error::sys(-gone, cat("remove ", quote(path))));
  for (const char* suffix : {".json", ".lock"})
    (void)raw::unlinkat(AT_FDCWD, cat(folders.state, "/networks/leases/", network.name, suffix).c_str(), 0);
  return {};
}

std::vector<Subnet> parse_routes(std::string_view table) {
  std::vector<Subnet> out;
  constexpr std::size_t kDestination = 1, kMask = 7;
  for (const std::string_view line : text::split(table, '\n')) {
    const auto fields = text::split(line, '\t');
    if (fields.size() <= kMask) continue;
    const auto destination = text::parse_int<std::uint32_t>(fields[kDestination], 16);
    const auto mask = text::parse_int<std::uint32_t>(text::trim(fields[kMask]), 16);
    if (!destination || !mask || *mask == 0) continue;  // the heading, the default route
    Address address;
    for (unsigned i = 0; i < 4; ++i)  // printed as the number that memory holds, network order read as ours
      address.bytes[i] = static_cast<std::uint8_t>(*destination >> (8 * i));
    out.push_back(Subnet::of(address, static_cast<unsigned>(std::popcount(*mask))));
  }
  return out;
}

std::vector<Subnet> routed_subnets() { return parse_routes(sys::read_file("/proc/net/route").value_or("")); }

std::optional<Subnet> free_subnet(const Subnet& from, unsigned prefix, const std::vector<Subnet>& taken) {
  const Subnet all = *Subnet::parse("10.0.0.0/8");
  Subnet candidate = Subnet::of(from.base, prefix);
  for (; all.contains(candidate.base); candidate = Subnet::of(candidate.last().next(), prefix))
    if (std::ranges::none_of(taken, [&](const Subnet& other) { return other.overlaps(candidate); }))
      return candidate;
  return std::nullopt;
}

}  // namespace masu::network
