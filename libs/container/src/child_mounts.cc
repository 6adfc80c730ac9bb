// SPDX-License-Identifier: Apache-2.0
//
// The container's tree: root, mounts, pivot_root. Every destination is resolved
// once below the root's fd and used through its own fd (CVE-2021-30465, CVE-2019-19921, CVE-2024-45310);
// mounts are attached onto fds, or made by mount(2) on the directory that an fd has led us into.
#include "child.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <climits>
#include <cstring>

#include <linux/magic.h>
#include <sys/mount.h>

namespace masu::container {
namespace {

using sys::raw::close;

constexpr unsigned kQuiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

// A target that a link of the image may have led into procfs, where the plan's own check of the path did not
// see it.
int refuse_procfs(int target, const MountPlan& mount, Child& child) noexcept {
  long magic = 0;
  if (target < 0 || mount.in_proc || sys::raw::fs_magic(target, &magic) < 0 || magic != PROC_SUPER_MAGIC)
    return target;
  close(target);
  child.explain("it leads into procfs");
  return -EPERM;
}

// The object a mount goes onto, made if it is missing. A path without links, the ordinary case, is what the
// plan has checked; links of the image are followed inside the root, but not for proc and sysfs, or masked
// paths would mask nothing, and not into procfs.
int open_target(const MountPlan& mount, sys::MakeKind kind, Child& child, bool* made = nullptr) noexcept {
  const char* path = mount.destination.c_str();
  const int flags = O_PATH | (mount.real_directory ? O_DIRECTORY : 0) |
                    (mount.options.destination_nofollow ? O_NOFOLLOW : 0);
  int target = sys::open_without_links(child.root, path, flags);
  if (target >= 0) return target;
  if (mount.real_directory && target != -ENOENT) {
    child.explain("it must be mounted on ordinary directory");
    return target == -ELOOP ? -ENOTDIR : target;
  }
  bool through_links = true;
  if (target != -ENOENT) target = sys::open_in_root(child.root, path, flags);
  if (target == -ENOENT) {
    target = sys::make_missing_in_root(child.root, path, kind, &through_links);
    if (made != nullptr) *made = target >= 0;
    if (target >= 0 && mount.real_directory && through_links) {
      close(target);
      return sys::open_without_links(child.root, path, flags);
    }
  }
  return through_links ? refuse_procfs(target, mount, child) : target;
}

int apply_attributes(int fd, const MountPlan& mount) noexcept {
  const MountOptions& options = mount.options;
  // What a user namespace may not take from a mount of the host's is refused, if it was asked for in so many
  // words.
  if (!options.attributes.empty())
    if (const int set = sys::set_mount_attributes(fd, options.attributes, false); set < 0) return set;
  if (!options.recursive.empty())
    if (const int set = sys::set_mount_attributes(fd, options.recursive, true); set < 0) return set;
  if (options.propagation != 0)
    return sys::set_mount_attributes(fd, {0, 0, options.propagation}, options.propagation_recursive);
  return 0;
}

// The id map is for the parent to set: it needs rights over the file system, which root of a user namespace
// lacks.
int map_ids(int mount, const MountPlan& plan, Child& child) noexcept {
  if (!plan.id_map) return 0;
  const int said = say(child, Word::map_mount, 0, mount);
  return said < 0 ? said : hear(child, Word::mount_mapped);
}

// Attaches `fd` onto the plan's destination and sets its attributes. Propagation can be set on attached
// mounts only, and attributes of one that nobody sees yet are safest: so attributes first where the kernel
// lets us, all of them before anything of the container runs anyway.
int attach(int fd, const MountPlan& mount, sys::MakeKind kind, Child& child) noexcept {
  const int target = open_target(mount, kind, child);
  if (target < 0) return target;
  int result = sys::attach_mount(fd, target);
  struct stat info;
  // The kernel says EINVAL for a directory on a file and the other way round; people know ENOTDIR.
  if (result == -EINVAL && sys::raw::fstat(target, &info) >= 0 &&
      S_ISDIR(info.st_mode) != (kind == sys::MakeKind::directory))
    result = -ENOTDIR;
  if (result >= 0) result = apply_attributes(fd, mount);
  return result;
}

// A link that is there already must lead to the same place.
int is_link_to(int dir, const char* name, const char* content, long length) noexcept {
  char found[PATH_MAX];
  const long got = sys::raw::readlinkat(dir, name, found, sizeof found);
  return got == length && memcmp(found, content, static_cast<std::size_t>(length)) == 0 ? 0 : -EEXIST;
}

// copy-symlink: the source's link, made at the destination. -EINVAL if the source is none.
int copy_link(const MountPlan& mount, Child& child) noexcept {
  char content[PATH_MAX];
  const long length = sys::raw::readlinkat(AT_FDCWD, mount.source.c_str(), content, sizeof content - 1);
  if (length < 0) return static_cast<int>(length);
  content[length] = '\0';
  char parent[PATH_MAX] = ".";
  const char* slash = strrchr(mount.destination.c_str(), '/');
  const char* name = slash != nullptr ? slash + 1 : mount.destination.c_str();
  if (slash != nullptr) {
    const auto size = static_cast<std::size_t>(slash - mount.destination.c_str());
    if (size >= sizeof parent) return -ENAMETOOLONG;
    memcpy(parent, mount.destination.c_str(), size);
    parent[size] = '\0';
  }
  const int dir =
      refuse_procfs(sys::make_in_root(child.root, parent, sys::MakeKind::directory), mount, child);
  if (dir < 0) return dir;
  int made = sys::raw::symlinkat(content, dir, name);
  if (made == -EEXIST) made = is_link_to(dir, name, content, length);
  close(dir);
  return made;
}

int bind(const MountPlan& mount, Child& child) noexcept {
  if (mount.options.copy_symlink)
    if (const int copied = copy_link(mount, child); copied != -EINVAL) return copied;
  int tree = -ENOENT;
  if (!mount.source_only_by_fd)
    tree = sys::clone_mount(AT_FDCWD, mount.source.c_str(), mount.options.recursive_bind,
                            !mount.options.source_nofollow);
  if (tree < 0 && mount.source_fd >= 0) tree = mount.source_fd;
  if (tree < 0) {
    child.explain("source");
    return tree;
  }
  struct stat info;
  int got = sys::raw::fstat(tree, &info);
  if (got >= 0) got = map_ids(tree, mount, child);
  if (got < 0) return got;
  return attach(tree, mount, S_ISDIR(info.st_mode) ? sys::MakeKind::directory : sys::MakeKind::file, child);
}

// A tmpfs over an existing directory takes over its mode and owner, unless "mode=" says otherwise; a fresh
// one is 1777.
int inherit_mode(int below, int tmpfs_root) noexcept {
  struct stat info;
  if (const int got = sys::raw::fstat(below, &info); got < 0) return got;
  const int owned = sys::raw::fchown(tmpfs_root, info.st_uid, info.st_gid);
  if (owned < 0 && owned != -EPERM && owned != -EINVAL) return owned;  // these: an id that is not mapped
  return sys::raw::fchmod(tmpfs_root, info.st_mode & 07777);
}

int copy_tree(int from, int to, int depth) noexcept;

int copy_file(int from, int to) noexcept {
  for (;;) {
    const long sent = sys::raw::call(SYS_sendfile, to, from, nullptr, 1u << 30);
    if (sent == -EINTR) continue;
    if (sent <= 0) return static_cast<int>(sent);
  }
}

int copy_entry(int from, int to, const char* name, int depth) noexcept {
  struct stat info;
  int result = sys::raw::fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW);
  if (result < 0) return result;
  if (S_ISLNK(info.st_mode)) {
    char target[4096];
    const long length = sys::raw::readlinkat(from, name, target, sizeof target - 1);
    if (length < 0) return static_cast<int>(length);
    target[length] = '\0';
    result = sys::raw::symlinkat(target, to, name);
  } else if (S_ISDIR(info.st_mode)) {
    result = sys::raw::mkdirat(to, name, 0700);
    const int below = result < 0 ? result : sys::raw::openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const int copy = below < 0 ? below : sys::raw::openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    result = copy < 0 ? copy : copy_tree(below, copy, depth + 1);
    if (below >= 0) close(below);
    if (copy >= 0) close(copy);
  } else if (S_ISREG(info.st_mode)) {
    const int source = sys::raw::openat(from, name, O_RDONLY | O_NOFOLLOW);
    const int copy = source < 0 ? source : sys::raw::openat(to, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    result = copy < 0 ? copy : copy_file(source, copy);
    if (source >= 0) close(source);
    if (copy >= 0) close(copy);
  } else {
    result = sys::raw::mknodat(to, name, info.st_mode, info.st_rdev);
  }
  if (result >= 0) result = sys::raw::fchownat(to, name, info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW);
  if (result < 0 || S_ISLNK(info.st_mode)) return result;
  // After the owner, since a change of that takes set-user-ID away (chown(2)).
  return static_cast<int>(sys::raw::call(SYS_fchmodat, to, name, info.st_mode & 07777));
}

struct DirectoryEntry {  // linux_dirent64 of getdents64(2)
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  std::uint8_t type;
  char name[1];
};

int copy_tree(int from, int to, int depth) noexcept {
  constexpr int kDeepest = 64;  // each level holds two fds and one buffer
  if (depth > kDeepest) return -ELOOP;
  alignas(DirectoryEntry) char buffer[4096];
  for (;;) {
    const long got = sys::raw::call(SYS_getdents64, from, buffer, sizeof buffer);
    if (got <= 0) return static_cast<int>(got);
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      at += entry->length;
      if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
      if (const int copied = copy_entry(from, to, entry->name, depth); copied < 0) return copied;
    }
  }
}

// tmpcopyup: the content of the directory below, copied into the new tmpfs before anyone sees it.
int copy_up(int below, int tmpfs_root) noexcept {
  char self[] = ".";
  const int from = sys::raw::openat(below, self, O_RDONLY | O_DIRECTORY);
  if (from < 0) return from;
  const int copied = copy_tree(from, tmpfs_root, 0);
  close(from);
  return copied;
}

int prepare_tmpfs(int fs, const MountPlan& mount, int below) noexcept {
  const int root = sys::raw::openat(fs, ".", O_RDONLY | O_DIRECTORY);
  if (root < 0) return root;
  int result = mount.mode_given ? 0 : inherit_mode(below, root);
  if (result >= 0 && mount.options.copy_up) result = copy_up(below, root);
  close(root);
  return result;
}

int label(int fs, const std::string& text) noexcept {
  const int root = sys::raw::openat(fs, ".", O_RDONLY | O_DIRECTORY);
  if (root < 0) return root;
  const long set = sys::raw::call(SYS_fsetxattr, root, "security.selinux", text.data(), text.size(), 0);
  close(root);
  return static_cast<int>(set);
}

// The host's own mount of a file system that a user namespace may not mount, as quiet as the new one would
// have been. What it hides stays hidden: it comes with all that is mounted below it.
int bind_host_view(const MountPlan& mount, unsigned attributes) noexcept {
  const int tree = sys::clone_mount(AT_FDCWD, mount.host_view.c_str(), true);
  // Times are the host's to choose: a user namespace cannot change them on what it was given.
  const unsigned quiet = attributes & (kQuiet | MOUNT_ATTR_RDONLY);
  const int set = tree < 0 || quiet == 0 ? 0 : sys::set_mount_attributes(tree, {quiet, 0, 0}, true);
  if (set >= 0) return tree;
  close(tree);
  return set;
}

// A mount of the file system that is not attached yet.
int make_file_system(const MountPlan& mount, unsigned attributes, Child& child) noexcept {
  const int fs = sys::new_mount(mount.type.c_str(), mount.source.c_str(), mount.file_system_options.data(),
                                static_cast<unsigned>(mount.file_system_options.size()), attributes,
                                child.detail, sizeof child.detail);
  if (fs != -EPERM || mount.host_view.empty()) return fs;
  const int view = bind_host_view(mount, attributes);
  if (view < 0) return fs;  // the first refusal says more
  child.detail[0] = '\0';
  return view;
}

int mount_file_system(const MountPlan& mount, Child& child) noexcept {
  bool made = false;
  const int target = open_target(mount, sys::MakeKind::directory, child, &made);
  if (target < 0) return target;
  const auto attributes = static_cast<unsigned>(mount.options.attributes.set);
  const unsigned now =
      mount.late_read_only ? attributes & ~static_cast<unsigned>(MOUNT_ATTR_RDONLY) : attributes;
  // Only a tmpfs has to know whether its mount point was there before, and what is in it.
  const bool inherits = mount.type == "tmpfs" && !made && (mount.options.copy_up || !mount.mode_given);
  // When mount(2) fails, the longer way finds the words.
  if (mount.simple && !inherits &&
      sys::mount_onto(target, mount.type.c_str(), mount.source.c_str(), now, mount.data.c_str()) >= 0)
    return 0;
  const int fs = make_file_system(mount, now, child);
  int result = fs;
  if (result >= 0 && inherits) result = prepare_tmpfs(fs, mount, target);
  if (result >= 0 && !mount.label.empty()) result = label(fs, mount.label);
  if (result >= 0) result = map_ids(fs, mount, child);
  if (result >= 0) result = sys::attach_mount(fs, target);
  if (result >= 0 && !mount.options.recursive.empty())
    result = sys::set_mount_attributes(fs, mount.options.recursive, true);
  if (result >= 0 && mount.options.propagation != 0)
    result =
        sys::set_mount_attributes(fs, {0, 0, mount.options.propagation}, mount.options.propagation_recursive);
  return result;
}

int remount(const MountPlan& mount, Child& child) noexcept {
  const int target = sys::open_in_root(child.root, mount.destination.c_str(), O_PATH);
  if (target < 0) return target;
  return apply_attributes(target, mount);
}

// One hierarchy in the tmpfs `fs`, which is ours alone: names in it lead nowhere else.
int mount_hierarchy(int fs, const CgroupView& view) noexcept {
  const int tree = sys::clone_mount(AT_FDCWD, view.path.c_str(), false);
  if (tree == -ENOENT) return 0;  // a rootless caller could not make it
  int result = tree < 0 ? tree : sys::raw::mkdirat(fs, view.name.c_str(), 0755);
  if (result >= 0) result = sys::raw::move_mount(tree, fs, view.name.c_str(), 0);
  for (const auto& link : view.links)
    if (result >= 0) result = sys::raw::symlinkat(view.name.c_str(), fs, link.c_str());
  return result;
}

// v1 and hybrid: a tmpfs with one directory a hierarchy, each a bind of the container's own cgroup. In a
// cgroup namespace such a bind looks exactly like a fresh mount of the hierarchy, and makes no new
// superblock.
int mount_v1_cgroups(const Plan& plan, const MountPlan& mount, Child& child) noexcept {
  const int target = open_target(mount, sys::MakeKind::directory, child);
  int result = target < 0 ? target : sys::mount_onto(target, "tmpfs", "tmpfs", kQuiet, "mode=755");
  if (result < 0) return result;
  const int fs = sys::open_in_root(child.root, mount.destination.c_str(), O_PATH | O_DIRECTORY);
  if (fs < 0) return fs;
  for (const auto& view : plan.cgroups)
    if (result >= 0) result = mount_hierarchy(fs, view);
  // The hierarchies are as quiet as the tmpfs, and as read-only as the config wants all of it.
  if (result >= 0)
    result = sys::set_mount_attributes(fs, {mount.options.attributes.set | kQuiet, 0, 0}, true);
  return result;
}

// v2: a fresh mount shows the root of our cgroup namespace; where that is refused, or there is no such
// namespace, a bind of the container's own directory.
int mount_v2_cgroup(const Plan& plan, const MountPlan& mount, Child& child) noexcept {
  const auto attributes = static_cast<unsigned>(mount.options.attributes.set);
  int tree = -EPERM;
  if (plan.new_cgroup_namespace)
    tree = sys::new_mount("cgroup2", "cgroup", nullptr, 0, attributes, child.detail, sizeof child.detail);
  const bool bound = tree < 0;
  if (bound) tree = sys::clone_mount(AT_FDCWD, plan.cgroup_v2_path.c_str(), true);
  // A rootless caller may not have got a cgroup of its own: the container sees what there is.
  if (bound && tree == -ENOENT) tree = sys::clone_mount(AT_FDCWD, "/sys/fs/cgroup", true);
  if (tree < 0) return tree;
  child.detail[0] = '\0';
  const int target = open_target(mount, sys::MakeKind::directory, child);
  int result = target < 0 ? target : sys::attach_mount(tree, target);
  if (result >= 0 && bound && attributes != 0)
    result = sys::set_mount_attributes(tree, {attributes, 0, 0}, false);
  return result;
}

}  // namespace

int make_mount(const Plan& plan, const MountPlan& mount, Child& child) noexcept {
  switch (mount.kind) {
    case MountPlan::Kind::bind:
      return bind(mount, child);
    case MountPlan::Kind::remount:
      return remount(mount, child);
    case MountPlan::Kind::cgroup:
      return plan.cgroup_v2 ? mount_v2_cgroup(plan, mount, child) : mount_v1_cgroups(plan, mount, child);
    case MountPlan::Kind::file_system:
      break;
  }
  return mount_file_system(mount, child);
}

namespace {

// A root that is out of reach for us comes from the parent, and is attached above our root, which can be
// reached.
void attach_root(const Plan& plan, Child& child) noexcept {
  child.root = sys::clone_mount(AT_FDCWD, plan.rootfs.c_str(), true);
  const bool given = child.root < 0 && plan.rootfs_fd >= 0;
  if (given) child.root = plan.rootfs_fd;
  check(child, child.root);
  const char* target = given ? "/" : plan.rootfs.c_str();
  check(child, sys::raw::move_mount(child.root, AT_FDCWD, target, MOVE_MOUNT_T_SYMLINKS));
}

}  // namespace

void prepare_root(const Plan& plan, Child& child) noexcept {
  child.at(Step::propagation);
  const mount_attr propagation{0, 0, plan.setup_propagation, 0};
  check(child, sys::raw::mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &propagation));
  child.at(Step::root_mount);
  if (!plan.shared_parent.empty()) {  // pivot_root(2) refuses a root whose parent mount is shared
    const mount_attr own{0, 0, MS_PRIVATE, 0};
    check(child, sys::raw::mount_setattr(AT_FDCWD, plan.shared_parent.c_str(), 0, &own));
  }
  attach_root(plan, child);
  if (!plan.shared_parent.empty())
    check(child, sys::set_mount_attributes(child.root, {0, 0, MS_PRIVATE}, false));
  for (const int kept : {child.sync, child.listener, child.proc, child.root})
    if (child.scratch == ~0u || kept >= static_cast<int>(child.scratch))
      child.scratch = static_cast<unsigned>(kept) + 1;
  for (const auto& mount : plan.mounts)
    if (mount.source_fd >= static_cast<int>(child.scratch))
      child.scratch = static_cast<unsigned>(mount.source_fd) + 1;
}

void make_mounts(const Plan& plan, Child& child, void (*before_cgroups)(const Plan&, Child&)) noexcept {
  constexpr std::size_t kBatch = 8;  // a mount leaves one or two fds, a cgroup mount of v1 some twenty
  bool joined = false;
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    const MountPlan& mount = plan.mounts[i];
    // The parent's words come in their order, and that to join the cgroups before an answer about a mount.
    if (!joined && (mount.kind == MountPlan::Kind::cgroup || mount.id_map)) {
      before_cgroups(plan, child);
      joined = true;
    }
    child.at(Step::mount, i);
    check(child, make_mount(plan, mount, child));
    if (i % kBatch == kBatch - 1 || mount.kind == MountPlan::Kind::cgroup) child.tidy();
  }
  child.tidy();
  if (!joined) before_cgroups(plan, child);
}

void make_late_read_only(const Plan& plan, Child& child) noexcept {
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    if (!plan.mounts[i].late_read_only) continue;
    child.at(Step::mount, i);
    const int target = sys::open_in_root(child.root, plan.mounts[i].destination.c_str(), O_PATH);
    check(child, target);
    check(child, sys::set_mount_attributes(target, {MOUNT_ATTR_RDONLY, 0, 0}, false));
    close(target);
  }
}

void enter_root(const Plan& plan, Child& child) noexcept {
  child.at(Step::pivot_root);
  check(child, sys::raw::fchdir(child.root));
  if (plan.pivot) {
    // pivot_root(2): "." twice stacks the old root on the new one, and the name "." then leads to the old.
    const bool shared = plan.setup_propagation == MS_SHARED;
    const int old_root = shared ? sys::raw::openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY) : -1;
    if (shared) check(child, old_root);
    check(child, sys::raw::pivot_root(".", "."));
    // Or the unmount would reach the host. By the fd: "." has the container's own mounts below it too, which
    // are to stay shared.
    if (shared) {
      check(child, sys::set_mount_attributes(old_root, {0, 0, MS_SLAVE}, true));
      close(old_root);
    }
    check(child, sys::raw::umount2(".", MNT_DETACH));
  } else {
    // A root on initramfs cannot be pivoted. Other procfs and sysfs mounts of the host's tree would be a way
    // around our masks, so they go first.
    for (const auto& path : plan.hidden_mounts) {
      const int gone = sys::raw::umount2(path.c_str(), MNT_DETACH);
      if (gone != -EINVAL && gone != -ENOENT) check(child, gone);  // these: it went with the one above it
    }
    check(child, sys::raw::move_mount(child.root, AT_FDCWD, "/", 0));
    check(child, sys::raw::chroot("."));
  }
  check(child, sys::raw::chdir("/"));
  if (plan.root_propagation != 0) {
    const mount_attr propagation{0, 0, plan.root_propagation & ~static_cast<unsigned long>(MS_REC), 0};
    const unsigned flags = (plan.root_propagation & MS_REC) != 0 ? AT_RECURSIVE : 0;
    check(child, sys::raw::mount_setattr(AT_FDCWD, "/", flags, &propagation));
  }
}

}  // namespace masu::container
