// SPDX-License-Identifier: Apache-2.0
#include "criu_mounts.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <climits>

namespace masu::container {
namespace {

constexpr char kNull[] = "/dev/null";

bool is_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) && path.size() > directory.size() && path[directory.size()] == '/';
}

std::string resolve(int root, const std::string& path) {
  const sys::Fd found(sys::open_in_root(root, path.c_str(), O_PATH));
  const std::string top = path_of(root);
  std::string full = found.valid() ? path_of(found.get()) : "";
  if (full.empty()) return "/" + path;
  if (top == "/" || top.empty()) return full;
  return is_below(full, top) ? full.substr(top.size()) : "/" + path;
}

// On v2, and with a cgroup namespace of its own, what a container sees of its cgroups is a file system like
// proc.
bool shows_cgroups_by_binds(const Plan& plan) { return !plan.cgroup_v2 && !plan.new_cgroup_namespace; }

bool is_bound_device(const Plan& plan, std::string_view target) {
  return plan.bind_devices && std::ranges::any_of(plan.devices, [&](const DevicePlan& device) {
           return target == cat("/", device.directory == "." ? "" : device.directory + "/", device.name);
         });
}

// The mount of the plan that a mount point is on, or below; null if none.
const MountPlan* covering(const Plan& plan, const MountPlaces& places, std::string_view target) {
  const MountPlan* found = nullptr;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    const std::string& place = places.mounts[i];
    if (plan.mounts[i].kind == MountPlan::Kind::remount) continue;
    if ((target == place || is_below(target, place)) && place.size() >= longest) {
      longest = place.size();
      found = &plan.mounts[i];
    }
  }
  return found;
}

void add(std::vector<std::string>& list, const std::string& name, const std::string& value) {
  std::string external = cat("mnt[", name, "]:", value);
  if (std::ranges::find(list, external) == list.end()) list.push_back(std::move(external));
}

}  // namespace

std::string path_of(int fd) {
  char path[PATH_MAX];
  const long size = sys::raw::readlinkat(AT_FDCWD, cat("/proc/self/fd/", fd).c_str(), path, sizeof path);
  return size <= 0 ? std::string() : std::string(path, static_cast<std::size_t>(size));
}

MountPlaces find_places(int root, const Plan& plan) {
  MountPlaces places;
  for (const auto& mount : plan.mounts)
    places.mounts.push_back(mount.destination.empty() ? "/" : resolve(root, mount.destination));
  for (const auto& path : plan.masked_paths) places.masked.push_back(resolve(root, path));
  return places;
}

std::vector<std::string> externals_to_dump(const Plan& plan, const MountPlaces& places,
                                           const std::vector<sys::MountEntry>& table) {
  std::vector<std::string> externals;
  for (const auto& entry : table) {
    if (entry.target == "/") continue;
    const bool masked = std::ranges::find(places.masked, entry.target) != places.masked.end();
    // Masked directories have a tmpfs of our own, which CRIU can make anew; masked files are the host's null
    // device.
    if (masked && entry.type != "tmpfs") {
      add(externals, entry.target, kNull);
      continue;
    }
    const MountPlan* mount = covering(plan, places, entry.target);
    const bool bound = mount != nullptr && mount->kind == MountPlan::Kind::bind;
    const bool cgroup = mount != nullptr && mount->kind == MountPlan::Kind::cgroup &&
                        shows_cgroups_by_binds(plan) && entry.type != "tmpfs";
    if ((bound && !masked) || cgroup || is_bound_device(plan, entry.target))
      add(externals, entry.target, entry.target);
  }
  return externals;
}

std::vector<std::string> externals_to_restore(const Plan& plan, const MountPlaces& places,
                                              const std::vector<sys::MountEntry>& table) {
  std::vector<std::string> externals;
  if (!plan.masked_paths.empty()) add(externals, kNull, kNull);
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    const MountPlan& mount = plan.mounts[i];
    const std::string& place = places.mounts[i];
    if (mount.kind == MountPlan::Kind::cgroup && shows_cgroups_by_binds(plan))
      for (const auto& view : plan.cgroups) add(externals, cat(place, "/", view.name), view.path);
    if (mount.kind != MountPlan::Kind::bind) continue;
    add(externals, place, mount.source);
    if (!mount.options.recursive_bind) continue;
    for (const auto& entry : table)
      if (is_below(entry.target, mount.source))
        add(externals, cat(place, std::string_view(entry.target).substr(mount.source.size())), entry.target);
  }
  if (!plan.bind_devices) return externals;
  for (const auto& device : plan.devices)
    add(externals, cat("/", device.directory == "." ? "" : device.directory + "/", device.name),
        device.host_path);
  return externals;
}

}  // namespace masu::container
