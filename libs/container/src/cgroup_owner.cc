// SPDX-License-Identifier: Apache-2.0
#include "cgroup_owner.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/mount_options.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace masu::container {
namespace {

constexpr std::uint64_t kNewCgroup = 0x02000000;  // CLONE_NEWCGROUP

bool is_own(const spec::Config& config, std::uint64_t type) {
  const spec::Namespace* found = config.find_namespace(type);
  return found != nullptr && found->path.empty();
}

bool mounts_for_writing(const spec::Mount& mount) {
  return mount.destination == "/sys/fs/cgroup" && (mount.type == "cgroup" || mount.type == "cgroup2") &&
         !parse_mount_options(mount.options).read_only;
}

Result<> give(int directory, const char* name, uid_t owner) {
  const int flags = name[0] == '\0' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
  const int given = sys::raw::fchownat(directory, name, owner, static_cast<gid_t>(-1), flags);
  if (given < 0 && given != -ENOENT)
    return fail(Error::sys(
        -given, cat("give the cgroup's ", name[0] == '\0' ? "directory" : name, " to user ", owner)));
  return {};
}

}  // namespace

std::optional<uid_t> cgroup_owner(const spec::Config& config) {
  if (!is_own(config, kNewCgroup) || std::ranges::none_of(config.mounts, mounts_for_writing))
    return std::nullopt;
  const std::uint32_t uid = config.process ? config.process->user.uid : 0;
  if (config.find_namespace(CLONE_NEWUSER) == nullptr) return uid;
  if (!is_own(config, CLONE_NEWUSER)) return std::nullopt;  // its maps are somebody else's
  for (const auto& map : config.linux_.uid_mappings)
    if (uid >= map.container_id && uid - map.container_id < map.size)
      return map.host_id + (uid - map.container_id);
  return std::nullopt;
}

Result<> give_cgroup(int directory, uid_t owner) {
  const auto listed = sys::read_file("/sys/kernel/cgroup/delegate");
  const std::string names = listed ? *listed : "cgroup.procs\ncgroup.subtree_control\ncgroup.threads";
  TRY(give(directory, "", owner));
  for (const std::string_view name : text::split(names, '\n'))
    if (!name.empty() && name.find('/') == std::string_view::npos)
      TRY(give(directory, std::string(name).c_str(), owner));
  return {};
}

Result<> settle_cgroup_owner(const cgroups::Manager& cgroups, const spec::Config& config) {
  const auto owner = cgroup_owner(config);
  if (!owner || ::geteuid() != 0 || cgroups.saved().kind != cgroups::LayoutKind::v2) return {};
  for (const auto& directory : cgroups.directories()) {
    const sys::Fd opened = TRY(cgroups.open_directory(directory));
    TRY(give_cgroup(opened.get(), *owner));
  }
  return {};
}

}  // namespace masu::container
