// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/network.h"

#include "bundle.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/sys/id_maps.h"
#include "masu/sys/raw.h"

#include <algorithm>

#include <linux/magic.h>
#include <unistd.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

bool is_namespace(const sys::Fd& fd) {
  long magic = 0;
  return raw::fs_magic(fd.get(), &magic) == 0 && magic == NSFS_MAGIC;
}

Result<sys::Fd> open_space(const std::string& path) {
  sys::Fd space = TRY(sys::open(path, O_RDONLY));
  if (!is_namespace(space)) return fail(Error::make(Kind::usage, cat(quote(path), " is no namespace")));
  return space;
}

Result<int> running_pid(const Place& place, const Request& request) {
  const State state = read_live_state(place, request);
  if ((state.phase != Phase::running && state.phase != Phase::paused) || state.pid <= 0)
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running"))
                    .hint(cat("masu start ", request.name)));
  return state.pid;
}

Result<NetworkSpace> share_network(const Place& place, const std::string& id) {
  const Request other = TRY(load(place, id));
  NetworkSpace out;
  const int pid = TRY(running_pid(place, other));
  out.space = TRY(open_space(cat("/proc/", pid, "/ns/net")));
  if (!other.network.starts_with(kPathNetwork)) out.files_of = other.id;
  return out;
}

network::Wish wish_of(const Request& request, int user_space) {
  return {.id = request.id,
          .name = request.name,
          .mode = request.network,
          .joins = request.joins,
          .ports = request.ports,
          .user_space = user_space,
          .dns = request.dns};
}

// The files are bound into the container: they are changed where they are.
Result<> rewrite_files(const Place& place, const Request& request, const network::Record& record) {
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  const std::string hosts = TRY(hosts_text(request, record));
  for (const auto& [name, text] :
       {std::pair{"hosts", hosts}, {"resolv.conf", resolv_text(request, record)}}) {
    const sys::Fd file = TRY(sys::open_at(folder.get(), name, O_WRONLY | O_TRUNC));
    TRY(sys::write_all(file.get(), text));
  }
  return {};
}

Result<> require_bridge(const Request& request) {
  if (request.network == kBridgeNetwork) return {};
  return fail(Error::make(Kind::invalid_state,
                          cat("container ", request.name, " has the network ", quote(request.network),
                              ": only those with bridges join others and leave them")));
}

}  // namespace

network::Folders network_folders(const Place& place) { return {.root = place.root, .state = place.state}; }

bool has_own_network(const Request& request) {
  return request.network == kBridgeNetwork || request.network == kPastaNetwork ||
         request.network == kSlirpNetwork;
}

std::string default_network(std::string* hint) {
  if (geteuid() == 0 && !sys::in_user_namespace()) {
    if (!network::find_helper("netavark").empty()) return std::string(kBridgeNetwork);
    *hint = "netavark is not installed: apt install netavark aardvark-dns";
    return std::string(kNoNetwork);
  }
  if (!network::find_helper("pasta").empty()) return std::string(kPastaNetwork);
  if (!network::find_helper("slirp4netns").empty()) return std::string(kSlirpNetwork);
  *hint = "neither pasta nor slirp4netns is installed: apt install passt";
  return std::string(kNoNetwork);
}

Result<NetworkSpace> make_network_space(const Place& place, const Request& request, int user_space) {
  NetworkSpace out;
  const std::string_view mode = request.network;
  if (mode.starts_with(kContainerNetwork))
    return share_network(place, std::string(mode.substr(kContainerNetwork.size())));
  if (mode.starts_with(kPathNetwork)) {
    out.space = TRY(open_space(std::string(mode.substr(kPathNetwork.size()))));
    return out;
  }
  if (!has_own_network(request)) return out;
  network::Ready ready = TRY(network::set_up(network_folders(place), wish_of(request, user_space)));
  out.space = std::move(ready.space);
  out.held = std::move(ready.held);
  out.record = std::move(ready.record);
  return out;
}

Result<> mount_network_space(const Place& place, const Request& request, const NetworkSpace& network) {
  return network::mount_space(network.space.get(), place.network_space(request.id));
}

sys::Fd find_network_space(const Place& place, const std::string& id) {
  const std::string path = place.network_space(id);
  const auto shim = sys::read_file(cat(place.shim_folder(id), "/shim.pid"));
  const std::string pid(shim ? text::trim(*shim) : "");
  for (const std::string& seen : {path, pid.empty() ? "" : cat("/proc/", pid, "/root", path)}) {
    auto space = seen.empty() ? fail(Error::make(Kind::not_found, "")) : open_space(seen);
    if (space) return std::move(*space);
  }
  return {};
}

Result<> connect_network(const Place& place, Request request, network::Join join) {
  TRY(require_bridge(request));
  const network::Folders folders = network_folders(place);
  join.network = TRY(network::find(folders, join.network)).name;
  if (std::ranges::any_of(request.joins,
                          [&](const network::Join& other) { return other.network == join.network; }))
    return fail(Error::make(Kind::exists,
                            cat("container ", request.name, " is in network ", join.network, " already")));
  if (auto record = TRY(network::read_record(folders, request.id))) {
    const sys::Fd space = find_network_space(place, request.id);
    const network::Record now = TRY(network::connect(folders, std::move(*record), join, space.get()));
    TRY(rewrite_files(place, request, now));
  }
  request.joins.push_back(std::move(join));
  return replace_record(place, request);
}

Result<> disconnect_network(const Place& place, Request request, const std::string& network) {
  TRY(require_bridge(request));
  const auto join =
      std::ranges::find_if(request.joins, [&](const network::Join& j) { return j.network == network; });
  if (join == request.joins.end())
    return fail(
        Error::make(Kind::not_found, cat("container ", request.name, " is not in network ", network)));
  const network::Folders folders = network_folders(place);
  if (auto record = TRY(network::read_record(folders, request.id))) {
    const sys::Fd space = find_network_space(place, request.id);
    const network::Record now = TRY(network::disconnect(folders, std::move(*record), network, space.get()));
    TRY(rewrite_files(place, request, now));
  }
  request.joins.erase(join);
  return replace_record(place, request);
}

Result<std::vector<Request>> network_users(const Place& place, const network::Network& network) {
  std::vector<Request> out = TRY(list(place));
  std::erase_if(out, [&](const Request& request) {
    return std::ranges::none_of(request.joins,
                                [&](const network::Join& j) { return j.network == network.name; });
  });
  return out;
}

}  // namespace masu::manager
