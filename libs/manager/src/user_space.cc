// SPDX-License-Identifier: Apache-2.0
#include "user_space.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/root.h"
#include "masu/sys/mount.h"
#include "masu/sys/procfs.h"
#include "masu/sys/raw.h"
#include "mounts.h"
#include "namespaces.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <linux/capability.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

// Attaches the mount of `path` with mapped ids on the folder `name` of the view.
Result<> attach_mapped(const UserSpace& users, const std::string& path, const char* name) {
  const sys::Fd mount(sys::clone_mount(AT_FDCWD, path.c_str(), false));
  if (!mount.valid()) return fail(Error::sys(-mount.get(), cat("bind ", quote(path))));
  TRY(map_ids(mount, users));
  const std::string target = cat(users.view, "/", name);
  if (const int made = raw::mkdirat(AT_FDCWD, target.c_str(), 0700); made < 0)
    return fail(Error::sys(-made, cat("make folder ", quote(target))));
  const sys::Fd folder = TRY(sys::open(target, O_PATH | O_DIRECTORY));
  if (const int attached = sys::attach_mount(mount.get(), folder.get()); attached < 0)
    return fail(Error::sys(-attached, cat("mount on ", quote(target))));
  return {};
}

}  // namespace

// Of a caller who has a single id all files of an image are his own.
bool UserSpace::shifts() const {
  const auto shifted = [](const std::vector<sys::IdRange>& ranges) {
    return !(ranges.size() == 1 && ranges.front().count == 1) &&
           std::ranges::any_of(ranges, [](const sys::IdRange& one) { return one.inside != one.outside; });
  };
  return shifted(users) || shifted(groups);
}

Result<UserSpace> make_user_space(const Place& place, const Request& request) {
  UserSpace out;
  if (request.uid_maps.empty()) return out;
  out.users = request.uid_maps;
  out.groups = request.gid_maps;
  const sys::Procfs procfs = TRY(sys::Procfs::open_host());
  if (request.userns.starts_with("container:")) {
    const int pid = TRY(named_pid(place, request.userns));
    out.space = TRY(sys::open_user_namespace(procfs, pid));
  } else {
    out.space = TRY(sys::make_user_namespace(procfs, out.users, out.groups));
  }
  return out;
}

Result<> mount_user_space(const Place& place, const Request& request, const UserSpace& users) {
  return network::mount_space(users.space.get(), place.user_space(request.id));
}

Result<> attach_view(const Place& place, const Request& request, UserSpace& users) {
  const std::string folder = place.folder(request.id);
  users.view = folder + "/view";
  TRY(make_stage(users.view));
  TRY(attach_mapped(users, place.root + "/layers", "layers"));
  return attach_mapped(users, folder, "own");
}

// setfsuid(2) takes rights away that mounting needs.
Result<FilesOfRoot> FilesOfRoot::enter(const std::vector<sys::IdRange>& users,
                                       const std::vector<sys::IdRange>& groups) {
  const std::uint32_t uid = TRY(outer_id(users, 0));
  const std::uint32_t gid = TRY(outer_id(groups, 0));
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> rights{};
  if (const long got = raw::call(SYS_capget, &header, rights.data()); got < 0)
    return fail(Error::sys(static_cast<int>(-got), "capget"));
  FilesOfRoot out;
  out.entered_ = true;
  (void)raw::call(SYS_setfsgid, gid);
  (void)raw::call(SYS_setfsuid, uid);
  if (const long set = raw::call(SYS_capset, &header, rights.data()); set < 0)
    return fail(Error::sys(static_cast<int>(-set), "capset"));
  return out;
}

FilesOfRoot::~FilesOfRoot() {
  if (!entered_) return;
  (void)raw::call(SYS_setfsuid, 0);
  (void)raw::call(SYS_setfsgid, 0);
}

Result<> map_ids(const sys::Fd& mount, const UserSpace& users) {
  const int set = sys::set_mount_ids(mount.get(), users.space.get(), false);
  if (set >= 0) return {};
  Error error = Error::sys(-set, "map the ids of a mount");
  if (set == -EINVAL)
    return fail(std::move(error).hint(
        "the file system of the store has no id-mapped mounts: --root on ext4, xfs, btrfs or tmpfs, or "
        "--storage-driver fuse-overlayfs"));
  return fail(std::move(error));
}

Result<std::uint32_t> outer_id(const std::vector<sys::IdRange>& ranges, std::uint32_t id) {
  if (ranges.empty()) return id;
  for (const sys::IdRange& range : ranges)
    if (id >= range.inside && id - range.inside < range.count) return range.outside + (id - range.inside);
  return fail(Error::make(Kind::usage, cat("the id ", id, " is not in the container's user namespace"))
                  .hint("--userns with size= gives more ids"));
}

std::uint32_t inner_id(const std::vector<sys::IdRange>& ranges, std::uint32_t id) {
  constexpr std::uint32_t kNobody = 65534;
  if (ranges.empty()) return id;
  for (const sys::IdRange& range : ranges)
    if (id >= range.outside && id - range.outside < range.count) return range.inside + (id - range.outside);
  return kNobody;
}

}  // namespace masu::manager
