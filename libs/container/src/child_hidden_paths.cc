// SPDX-License-Identifier: Apache-2.0
//
// Masked and read-only paths. Each is resolved once below the root's fd, or, in /proc and /sys, below the
// mount that has been made there; what covers it is attached onto the fd (CVE-2019-16884, CVE-2025-31133).
#include "child.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <cstring>

#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

namespace masu::container {
namespace {

using sys::raw::close;

constexpr unsigned kQuiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

// Our procfs and sysfs. Whoever can write to the root could rename /proc after we have mounted on it, so that
// our masks would miss it: therefore the mounts are found once, checked, and the paths resolved below them.
struct Base {
  const char* name;
  const char* type;
  long magic;
  int fd = -1;

  /// What follows "name/" in `path`, or null if it is another one.
  const char* rest_of(const char* path) const noexcept {
    const std::size_t length = strlen(name);
    const bool below = strcspn(path, "/") == length && memcmp(path, name, length) == 0 && path[length] == '/';
    return below ? path + length + 1 : nullptr;
  }
};
struct Bases {
  Base entries[2] = {{"proc", "proc", PROC_SUPER_MAGIC}, {"sys", "sysfs", SYSFS_MAGIC}};
};

// Is what lies at `name` our own new file system, and not a bind?
bool is_mounted(const Plan& plan, const Base& base) noexcept {
  bool mounted = false;
  for (const auto& mount : plan.mounts)
    if (mount.destination == base.name && mount.kind != MountPlan::Kind::remount)
      mounted = mount.kind == MountPlan::Kind::file_system && mount.type == base.type;
  return mounted;
}

int open_base(const Base& base, Child& child) noexcept {
  const int fd = sys::open_without_links(child.root, base.name, O_PATH | O_DIRECTORY);
  long magic = 0;
  if (fd >= 0 && sys::raw::fs_magic(fd, &magic) >= 0 && magic == base.magic) return fd;
  if (fd >= 0) close(fd);
  child.explain("it is no longer what was mounted there");
  return fd < 0 ? fd : -EXDEV;
}

// Anew for each kind of paths: a read-only path may have been a link of the image's to /proc, and a copy of
// procfs lies over the first one since.
Bases open_bases(const Plan& plan, const std::vector<std::string>& paths, Child& child) noexcept {
  Bases bases;
  for (auto& base : bases.entries) {
    bool wanted = false;
    for (const auto& path : paths) wanted = wanted || base.rest_of(path.c_str()) != nullptr;
    if (!wanted || !is_mounted(plan, base)) continue;
    base.fd = open_base(base, child);
    check(child, base.fd);
    if (base.fd >= static_cast<int>(child.scratch)) child.scratch = static_cast<unsigned>(base.fd) + 1;
  }
  return bases;
}

int open_hidden(const char* path, const Bases& bases, Child& child) noexcept {
  bool climbs = false;
  for (const char* dot = strchr(path, '.'); dot != nullptr; dot = strchr(dot + 1, '.'))
    climbs = climbs || dot[1] == '.';
  for (const auto& base : bases.entries)
    if (const char* rest = base.rest_of(path); rest != nullptr && base.fd >= 0 && !climbs)
      return sys::open_in_root(base.fd, rest, O_PATH);
  return sys::open_in_root(child.root, path, O_PATH);
}

// What covers masked paths: a null device for files, an empty read-only tmpfs for directories. One of each;
// every further path gets a copy of the first mount, since thousands of masked directories must stay cheap
// (contract 2.3).
struct Masks {
  int null_device = -1;
  int empty = -1;
  bool many = false;  ///< too many paths to leave their fds to tidy()
};

// The host's null device, checked to be one: the container's own could have been exchanged (CVE-2025-31133).
// Read-only, or root in the container could change the mode of the host's.
int mount_null_device() noexcept {
  const int tree = sys::raw::open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);
  if (tree < 0) return tree;
  struct stat info;
  int result = sys::raw::fstat(tree, &info);
  if (result >= 0 && (!S_ISCHR(info.st_mode) || info.st_rdev != makedev(1, 3))) result = -ENODEV;
  if (result >= 0)
    result = sys::set_mount_attributes(
        tree, {MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, 0}, false);
  if (result >= 0) return tree;
  close(tree);
  return result;
}

// Attaches what covers `target`, and keeps an fd of the first of its kind for those that follow.
int cover(int target, bool is_directory, const char* path, const Bases& bases, Masks& masks,
          Child& child) noexcept {
  int& first = is_directory ? masks.empty : masks.null_device;
  if (first >= 0) {
    const int copy = sys::clone_mount(first, "", false);
    const int result = copy < 0 ? copy : sys::attach_mount(copy, target);
    if (copy >= 0 && masks.many) close(copy);
    return result;
  }
  if (!is_directory) {
    first = mount_null_device();
    return first < 0 ? first : sys::attach_mount(first, target);
  }
  const int made = sys::mount_onto(target, "tmpfs", "tmpfs", MOUNT_ATTR_RDONLY | kQuiet, "mode=755");
  if (made >= 0) first = open_hidden(path, bases, child);
  return made < 0 ? made : first;
}

int mask(const char* path, const Bases& bases, Masks& masks, Child& child) noexcept {
  const int target = open_hidden(path, bases, child);
  if (target == -ENOENT || target == -ENOTDIR) return 0;
  if (target < 0) return target;
  struct stat info;
  int result = sys::raw::fstat(target, &info);
  if (result >= 0) result = cover(target, S_ISDIR(info.st_mode), path, bases, masks, child);
  if (masks.many) close(target);
  return result;
}

int make_readonly(const char* path, const Bases& bases, Child& child) noexcept {
  const int target = open_hidden(path, bases, child);
  if (target == -ENOENT || target == -ENOTDIR) return 0;
  if (target < 0) return target;
  const int tree = sys::clone_mount(target, "", true);
  int result = tree < 0 ? tree : sys::set_mount_attributes(tree, {MOUNT_ATTR_RDONLY, 0, 0}, true);
  return result < 0 ? result : sys::attach_mount(tree, target);
}

constexpr std::size_t kBatch = 64;  // two fds a path

void make_readonly_paths(const Plan& plan, Child& child) noexcept {
  if (plan.readonly_paths.empty()) return;
  child.at(Step::readonly_path);
  const Bases bases = open_bases(plan, plan.readonly_paths, child);
  for (std::size_t i = 0; i < plan.readonly_paths.size(); ++i) {
    child.at(Step::readonly_path, i);
    check(child, make_readonly(plan.readonly_paths[i].c_str(), bases, child));
    if (i % kBatch == kBatch - 1) child.tidy();
  }
}

void mask_paths(const Plan& plan, Child& child) noexcept {
  if (plan.masked_paths.empty()) return;
  child.at(Step::masked_path);
  const Bases bases = open_bases(plan, plan.masked_paths, child);
  Masks masks;
  masks.many = plan.masked_paths.size() > kBatch;
  for (std::size_t i = 0; i < plan.masked_paths.size(); ++i) {
    child.at(Step::masked_path, i);
    check(child, mask(plan.masked_paths[i].c_str(), bases, masks, child));
  }
}

}  // namespace

void hide_paths(const Plan& plan, Child& child) noexcept {
  const unsigned scratch = child.scratch;
  make_readonly_paths(plan, child);
  child.tidy();
  mask_paths(plan, child);
  child.scratch = scratch;
  child.tidy();
  if (plan.root_read_only) {
    child.at(Step::root_readonly);
    check(child, sys::set_mount_attributes(child.root, {MOUNT_ATTR_RDONLY, 0, 0}, false));
  }
}

}  // namespace masu::container
