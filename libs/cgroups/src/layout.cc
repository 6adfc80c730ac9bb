// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/layout.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/files.h"
#include "masu/sys/fd.h"
#include "masu/sys/mountinfo.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <sys/vfs.h>

namespace masu::cgroups {
namespace {

namespace raw = sys::raw;

// linux/magic.h: CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC.
constexpr long kCgroupMagic = 0x27e0eb;
constexpr long kCgroup2Magic = 0x63677270;

enum class FileSystem { other, v1, v2 };

/// What is not there, or out of reach for a caller without rights. Any other error is one: a hierarchy that
/// is overlooked is a container without its limits.
bool is_absent(long result) { return result == -ENOENT || result == -ENOTDIR || result == -EACCES; }

Result<bool> exists(const std::string& path) {
  const long found = raw::call(SYS_faccessat, AT_FDCWD, path.c_str(), 0 /* F_OK */);
  if (found < 0 && !is_absent(found))
    return fail(Error::sys(static_cast<int>(-found), cat("look for ", quote(path))));
  return found == 0;
}

/// Tells file systems apart by magic below the real root, by their files below another one.
Result<FileSystem> probe(const std::string& dir, bool real) {
  if (!real) {
    if (TRY(exists(dir + "/cgroup.controllers"))) return FileSystem::v2;
    return TRY(exists(dir + "/cgroup.procs")) ? FileSystem::v1 : FileSystem::other;
  }
  struct statfs info{};
  const long got = raw::call(SYS_statfs, dir.c_str(), &info);
  if (is_absent(got)) return FileSystem::other;
  if (got < 0) return fail(Error::sys(static_cast<int>(-got), cat("look at cgroups ", quote(dir))));
  const auto magic = static_cast<long>(info.f_type);
  if (magic == kCgroup2Magic) return FileSystem::v2;
  return magic == kCgroupMagic ? FileSystem::v1 : FileSystem::other;
}

/// Where everybody mounts a v1 hierarchy: under its controllers' names, or (co-mounted in another order than
/// the kernel lists them) under a symbolic link with the name of the first.
Result<std::string> conventional_mount(const std::string& root, std::string_view controllers, bool real) {
  std::string_view name = controllers;
  if (name.starts_with("name=")) name.remove_prefix(5);
  std::string dir = cat(root, "/", name);
  if (TRY(probe(dir, real)) == FileSystem::v1) return dir;
  const std::size_t comma = name.find(',');
  if (comma == std::string_view::npos) return std::string();
  dir = cat(root, "/", name.substr(0, comma));
  return TRY(probe(dir, real)) == FileSystem::v1 ? dir : std::string();
}

/// The first mount point of the v1 hierarchy with these controllers, or an empty string.
std::string find_mount(std::string_view mountinfo, std::string_view controllers) {
  const auto wanted = text::split(controllers, ',');
  for (sys::MountEntry& mount : sys::parse_mountinfo(mountinfo)) {
    if (mount.type != "cgroup") continue;
    const bool same = std::ranges::all_of(wanted, [&mount](std::string_view controller) {
      return lists_controller(mount.fs_options, controller);
    });
    if (same) return std::move(mount.target);
  }
  return {};
}

/// The caller's cgroup as a path below the mount. Where a part of the hierarchy is mounted (a container
/// without a cgroup namespace) or the cgroup lies outside of our namespace, its directory is not there: the
/// mount's own root is ours.
Result<std::string> own_below(const std::string& mount, std::string_view path) {
  if (path == "/" || path.starts_with("/..") || !TRY(exists(cat(mount, path)))) return std::string("/");
  return std::string(path);
}

Result<> add_v1(Layout& layout, const OwnCgroup& cgroup, std::string mount) {
  std::string own = TRY(own_below(mount, cgroup.path));
  layout.hierarchies.push_back({std::string(cgroup.controllers), std::move(mount), std::move(own)});
  return {};
}

Result<> add_mounted_elsewhere(Layout& layout, const std::vector<OwnCgroup>& cgroups,
                               const std::string& mountinfo) {
  if (cgroups.size() == 1 && cgroups.front().controllers.empty())
    return {};  // the kernel has no v1 hierarchy
  const std::string mounts = TRY(sys::read_file(mountinfo));
  for (const OwnCgroup& cgroup : cgroups) {
    if (cgroup.controllers.empty()) continue;
    std::string mount = find_mount(mounts, cgroup.controllers);
    if (!mount.empty()) TRY(add_v1(layout, cgroup, std::move(mount)));
  }
  return {};
}

}  // namespace

std::string_view layout_name(LayoutKind kind) {
  switch (kind) {
    case LayoutKind::none:
      return "none";
    case LayoutKind::v1:
      return "v1";
    case LayoutKind::hybrid:
      return "hybrid";
    case LayoutKind::v2:
      return "v2";
  }
  return "none";
}

bool lists_controller(std::string_view list, std::string_view controller) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    if (list.substr(at, end - at) == controller) return true;
    at = end + 1;
  }
  return false;
}

bool Hierarchy::has(std::string_view controller) const {
  return !is_v2() && lists_controller(controllers, controller);
}

const Hierarchy* Layout::find(std::string_view controller) const {
  for (const auto& hierarchy : hierarchies)
    if (hierarchy.has(controller)) return &hierarchy;
  return nullptr;
}

const Hierarchy* Layout::find_v2() const {
  for (const auto& hierarchy : hierarchies)
    if (hierarchy.is_v2()) return &hierarchy;
  return nullptr;
}

Result<Layout> detect_layout(const Sources& sources) {
  const bool real = sources.root == Sources{}.root;
  Layout layout{.root = sources.root, .own_cgroups = sources.own_cgroups};
  const FileSystem root = TRY(probe(sources.root, real));
  if (root == FileSystem::v2) {
    layout.kind = LayoutKind::v2;
    layout.hierarchies.push_back({.controllers = "", .mount = sources.root, .own = ""});
    return layout;
  }

  const std::string own = TRY(sys::read_kernel_file(sources.own_cgroups));
  const std::vector<OwnCgroup> cgroups = TRY(parse_own_cgroups(own));
  for (const OwnCgroup& cgroup : cgroups) {
    if (cgroup.controllers.empty()) continue;
    std::string mount = TRY(conventional_mount(sources.root, cgroup.controllers, real));
    if (!mount.empty()) TRY(add_v1(layout, cgroup, std::move(mount)));
  }
  // Where one is in its place, those that are not are hidden from us, or not mounted at all.
  if (layout.hierarchies.empty()) TRY(add_mounted_elsewhere(layout, cgroups, sources.mountinfo));
  if (!layout.hierarchies.empty()) layout.kind = LayoutKind::v1;

  const auto v2 = std::ranges::find(cgroups, std::string_view(), &OwnCgroup::controllers);
  const std::string unified = sources.root + "/unified";
  if (v2 != cgroups.end() && TRY(probe(unified, real)) == FileSystem::v2) {
    layout.kind = LayoutKind::hybrid;
    layout.hierarchies.push_back(
        {.controllers = "", .mount = unified, .own = TRY(own_below(unified, v2->path))});
  }
  return layout;
}

}  // namespace masu::cgroups
