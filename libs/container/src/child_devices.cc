// SPDX-License-Identifier: Apache-2.0
//
// Device nodes and the links of /dev. Everything goes through an fd of the directory in the root, so that a
// "dev" link in the image leads nowhere else (CVE-2026-41579, CVE-2026-47766).
#include "child.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <cstring>

namespace masu::container {
namespace {

using sys::raw::close;

// A node that is already there must be the one wanted (config-linux.md "Devices").
int check_existing(int dir, const DevicePlan& device) noexcept {
  struct stat info;
  if (const int got = sys::raw::fstatat(dir, device.name.c_str(), &info, AT_SYMLINK_NOFOLLOW); got < 0)
    return got;
  const bool same_type = (info.st_mode & S_IFMT) == (device.mode & S_IFMT);
  return same_type && (S_ISFIFO(device.mode) || info.st_rdev == device.number) ? 0 : -EEXIST;
}

// Where mknod is not allowed (user namespaces), the host's node is bound. Its owner is left alone: it is the
// host's.
int bind_from_host(int dir, const DevicePlan& device) noexcept {
  const int tree = sys::clone_mount(AT_FDCWD, device.host_path.c_str(), false);
  if (tree < 0) return tree;
  // O_EXCL: to open what the image has there could do anything, or, with a fifo, last forever.
  const int file = sys::raw::openat(dir, device.name.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
  int result = file == -EEXIST ? 0 : file;
  if (file >= 0) close(file);
  if (result >= 0) {
    const int target = sys::raw::openat(dir, device.name.c_str(), O_PATH | O_NOFOLLOW);
    struct stat info;
    result = target < 0 ? target : sys::raw::fstat(target, &info);
    if (result >= 0) result = S_ISLNK(info.st_mode) ? -ELOOP : sys::attach_mount(tree, target);
    if (target >= 0) close(target);
    // Not nodev, of course; the rest is harmless and locked in a user namespace anyway.
    if (result >= 0)
      result = sys::set_mount_attributes(tree, {MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, 0}, false);
  }
  close(tree);
  return result;
}

int make_device(int dir, const DevicePlan& device, bool bind) noexcept {
  if (bind && !S_ISFIFO(device.mode)) return bind_from_host(dir, device);
  const int made = sys::raw::mknodat(dir, device.name.c_str(), device.mode, device.number);
  if (made == -EEXIST) return check_existing(dir, device);
  if (made == -EPERM) return bind_from_host(dir, device);
  if (made < 0 || (device.uid == 0 && device.gid == 0)) return made;
  return sys::raw::fchownat(dir, device.name.c_str(), device.uid, device.gid, AT_SYMLINK_NOFOLLOW);
}

struct Link {
  const char* name;
  const char* target;
};

// Existing links of the image are kept; only ptmx is replaced, since a foreign one would open another devpts.
void make_links(int dev, Child& child) noexcept {
  constexpr Link kLinks[] = {
      {"fd", "/proc/self/fd"},
      {"stdin", "/proc/self/fd/0"},
      {"stdout", "/proc/self/fd/1"},
      {"stderr", "/proc/self/fd/2"},
  };
  child.at(Step::device_links);
  for (const auto& [name, target] : kLinks) {
    const int made = sys::raw::symlinkat(target, dev, name);
    if (made != -EEXIST) check(child, made);
  }
  int made = sys::raw::symlinkat("pts/ptmx", dev, "ptmx");
  if (made == -EEXIST) {
    (void)sys::raw::unlinkat(dev, "ptmx", 0);
    made = sys::raw::symlinkat("pts/ptmx", dev, "ptmx");
    if (made == -EEXIST) made = 0;  // a mount of the caller's stands there
  }
  check(child, made);
}

void link_core(int dev, Child& child) noexcept {
  struct stat info;
  if (sys::raw::fstatat(child.root, "proc/kcore", &info, AT_SYMLINK_NOFOLLOW) < 0) return;
  const int made = sys::raw::symlinkat("/proc/kcore", dev, "core");
  if (made != -EEXIST) check(child, made);
}

}  // namespace

void make_devices(const Plan& plan, Child& child) noexcept {
  child.at(Step::devices);
  const int dev = sys::make_in_root(child.root, "dev", sys::MakeKind::directory);
  check(child, dev);
  for (std::size_t i = 0; i < plan.devices.size(); ++i) {
    const DevicePlan& device = plan.devices[i];
    child.at(Step::devices, i);
    const bool in_dev = device.directory == "dev";
    const int dir =
        in_dev ? dev : sys::make_in_root(child.root, device.directory.c_str(), sys::MakeKind::directory);
    check(child, dir);
    check(child, make_device(dir, device, plan.bind_devices));
    if (!in_dev) close(dir);
  }
  make_links(dev, child);
  link_core(dev, child);
  child.tidy();
}

}  // namespace masu::container
