// SPDX-License-Identifier: Apache-2.0
#include "mounts.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/volume.h"
#include "secrets.h"

#include <algorithm>

#include <unistd.h>

namespace masu::manager {
namespace {

bool has_option(const std::vector<std::string>& options, std::initializer_list<std::string_view> any) {
  return std::ranges::any_of(
      options, [&](const std::string& one) { return std::ranges::find(any, one) != any.end(); });
}

// The files that we make, unless the user has something else there.
void add_bind(spec::Config& config, const std::string& source, std::string destination) {
  const bool given =
      std::ranges::any_of(config.mounts, [&](const spec::Mount& m) { return m.destination == destination; });
  if (!given)
    config.mounts.push_back({std::move(destination), "bind", source, {"rbind", "rprivate"}, {}, {}});
}

// Hosts and name servers are those of another container whose network this one shares.
void add_network_files(spec::Config& config, const Place& place, const Request& request,
                       const NetworkSpace& network) {
  const std::string own = place.folder(request.id);
  const std::string shared = network.files_of.empty() ? own : place.folder(network.files_of);
  if (!request.no_hosts) add_bind(config, shared + "/hosts", "/etc/hosts");
  add_bind(config, own + "/hostname", "/etc/hostname");
  add_bind(config, shared + "/resolv.conf", "/etc/resolv.conf");
}

std::vector<std::string> proc_options(const Request& request) {
  std::vector<std::string> out = {"nosuid", "noexec", "nodev"};
  for (const std::string_view option : text::split(request.proc_options, ','))
    if (!option.empty()) out.emplace_back(option);
  return out;
}

void set_own_mounts(spec::Config& config, const Request& request, const Facts& facts) {
  const std::vector<std::string> cgroup = {"nosuid", "noexec", "nodev", "relatime",
                                           request.privileged ? "rw" : "ro"};
  for (spec::Mount& mount : config.mounts) {
    if (mount.destination == "/dev/shm")
      mount.options = {"nosuid", "noexec", "nodev", "mode=1777", cat("size=", request.shm_size)};
    if (mount.destination == "/sys/fs/cgroup") mount.options = cgroup;
    if (mount.destination == "/sys" && request.privileged) std::ranges::replace(mount.options, "ro", "rw");
    if (mount.destination == "/dev/pts" && !facts.has_tty_group) std::erase(mount.options, "gid=5");
    if (mount.destination == "/proc") mount.options = proc_options(request);
  }
}

// /dev/shm belongs to the IPC namespace, as /dev/mqueue does, which any mount of shows.
void share_ipc(spec::Config& config, const Place& place, const Request& request) {
  const bool host = request.ipc_mode == "host";
  const bool joined = request.ipc_mode.starts_with("container:");
  if (request.ipc_mode == "none")
    std::erase_if(config.mounts, [](const spec::Mount& mount) { return mount.destination == "/dev/shm"; });
  if (!host && !joined) return;
  for (spec::Mount& mount : config.mounts) {
    if (mount.destination == "/dev/shm")
      mount = {"/dev/shm",
               "bind",
               joined ? staged_shm(place, request) : "/dev/shm",
               {"rbind", "rprivate", "nosuid", "noexec", "nodev"},
               {},
               {}};
  }
}

// Made by write_files(), as far as there is a need.
void add_files(spec::Config& config, const Request& request, const std::string& folder) {
  for (const auto& [name, path] :
       {std::pair{"/passwd", "/etc/passwd"}, {"/group", "/etc/group"}, {"/localtime", "/etc/localtime"}})
    if (access((folder + name).c_str(), F_OK) == 0) add_bind(config, folder + name, path);
  if (request.init) {
    add_bind(config, request.init_path, kInitInside);
    config.mounts.back().options.emplace_back("ro");
  }
}

// What podman calls --read-only-tmpfs: the places that programs expect to be able to write to.
void add_writable_places(spec::Config& config, const Request& request) {
  if (!request.read_only || !request.read_only_tmpfs) return;
  for (const char* path : {"/run", "/tmp", "/var/tmp"}) {
    const bool given =
        std::ranges::any_of(request.mounts, [&](const Mount& mount) { return mount.destination == path; });
    if (!given)
      config.mounts.push_back({path, "tmpfs", "tmpfs", {"nosuid", "nodev", "rprivate", "tmpcopyup"}, {}, {}});
  }
}

// A volume of the local driver that is something to mount, as -o type=, device= and o= say.
spec::Mount mount_device(const Mount& mount, const Volume& volume) {
  const auto option = [&volume](const char* name) {
    const auto found = volume.options.find(name);
    return found == volume.options.end() ? std::string() : found->second;
  };
  spec::Mount out{mount.destination, option("type"), option("device"), {}, {}, {}};
  const std::string given = option("o");
  for (const std::string_view one : text::split(given, ','))
    if (!one.empty()) out.options.emplace_back(one);
  const bool bind = has_option(out.options, {"bind", "rbind"}) || out.type == "bind" || out.type == "none";
  if (bind) out.type = "bind";
  for (const std::string& one : mount.options)
    if (bind || (one != "bind" && one != "rbind")) out.options.push_back(one);
  return out;
}

Result<spec::Mount> to_runtime(const Place& place, const Request& request, std::size_t index,
                               const spec::User& user, const UserSpace& users) {
  const Mount& mount = request.mounts[index];
  spec::Mount out{mount.destination, mount.type, mount.source, mount.options, {}, {}};
  if (mount.type == "tmpfs" && mount.chown) {
    out.options.push_back(cat("uid=", user.uid));
    out.options.push_back(cat("gid=", user.gid));
  }
  if (mount.type == "volume") {
    const Volume volume = TRY(find_volume(place, mount.source));
    if (!volume.options.empty()) return mount_device(mount, volume);
    out.type = "bind";
    out.source = volume_data(place, mount.source);
  }
  if (is_staged(mount, users)) {
    out.type = "bind";
    out.source = staged_path(place, request, index);
  }
  return out;
}

}  // namespace

std::string staged_shm(const Place& place, const Request& request) {
  return cat(place.folder(request.id), "/mounts/shm");
}

std::string staged_path(const Place& place, const Request& request, std::size_t index) {
  return cat(place.folder(request.id), "/mounts/", index);
}

// A volume keeps the ids that containers have in it, whatever these are outside.
bool is_staged(const Mount& mount, const UserSpace& users) {
  return mount.overlay || !mount.subpath.empty() || mount.type == "image" || is_shared(mount) ||
         (mount.type == "volume" && !users.view.empty());
}

bool is_shared(const Mount& mount) {
  return mount.type == "bind" && has_option(mount.options, {"shared", "rshared"});
}

Result<> set_mounts(spec::Config& config, const Place& place, const Request& request, const Facts& facts,
                    const spec::User& user, const NetworkSpace& network, const UserSpace& users) {
  set_own_mounts(config, request, facts);
  share_ipc(config, place, request);
  // A mount of the user's takes the place of ours.
  std::erase_if(config.mounts, [&request](const spec::Mount& mount) {
    return std::ranges::any_of(request.mounts,
                               [&](const Mount& m) { return m.destination == mount.destination; });
  });
  add_writable_places(config, request);
  for (std::size_t i = 0; i < request.mounts.size(); ++i) {
    config.mounts.push_back(TRY(to_runtime(place, request, i, user, users)));
    // A mount reaches the host only if nothing on its way is private.
    if (is_shared(request.mounts[i])) config.linux_.rootfs_propagation = "rshared";
  }
  add_secret_mounts(place, request, config.mounts);
  add_network_files(config, place, request, network);
  add_files(config, request, place.folder(request.id));
  if (facts.in_user_namespace && request.network == "host")
    for (spec::Mount& mount : config.mounts)
      if (mount.destination == "/sys" && mount.type == "sysfs")
        mount = {"/sys", "none", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"}, {}, {}};
  // What is mounted higher up would hide what is below it.
  std::ranges::stable_sort(
      config.mounts, {}, [](const spec::Mount& mount) { return std::ranges::count(mount.destination, '/'); });
  return {};
}

}  // namespace masu::manager
