// SPDX-License-Identifier: Apache-2.0
//
// Mounts of a container that runs: a process joins it, makes them all or none, and ends.
#include "child.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <charconv>
#include <cstring>

#include <sched.h>
#include <sys/mount.h>

namespace masu::container {
namespace {

// Before the container's tree replaces the host's. In a user namespace the right to clone mounts is had over
// a copy of the host's tree only; what that cannot reach the parent may have opened.
void open_sources(LiveMountsPlan& plan, Child& child) noexcept {
  if (plan.joins_user) check(child, sys::raw::unshare(CLONE_NEWNS));
  for (std::size_t i = 0; i < plan.container->mounts.size(); ++i) {
    MountPlan& mount = plan.container->mounts[i];
    if (mount.kind != MountPlan::Kind::bind) continue;
    child.at(Step::mount, i);
    const int tree = sys::clone_mount(AT_FDCWD, mount.source.c_str(), mount.options.recursive_bind,
                                      !mount.options.source_nofollow);
    if (tree >= 0) mount.source_fd = tree;
    mount.source_only_by_fd = true;
    if (mount.source_fd >= 0) continue;
    child.explain("source");
    die(child, tree);
  }
}

void enter(const LiveMountsPlan& plan, Child& child) noexcept {
  child.at(Step::join_namespace);
  check(child, sys::raw::setns(plan.init_pidfd, plan.namespaces));
  child.root = sys::raw::openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
  check(child, child.root);
}

// By the host's procfs: a path of the container's could be another's by now, and that of an fd is not.
int unmount(const MountPlan& mount, Child& child) noexcept {
  const int target = sys::open_in_root(child.root, mount.destination.c_str(), O_PATH);
  if (target < 0) return target;
  char path[32] = "self/fd/";
  *std::to_chars(path + strlen(path), path + sizeof path - 1, target).ptr = '\0';
  int result = sys::raw::fchdir(child.proc);
  if (result >= 0) result = sys::raw::umount2(path, MNT_DETACH);
  sys::raw::close(target);
  return result;
}

void make_all(const Plan& plan, Child& child) noexcept {
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    child.at(Step::mount, i);
    const int made = make_mount(plan, plan.mounts[i], child);
    if (made >= 0) continue;
    for (std::size_t k = i; k > 0; --k) (void)unmount(plan.mounts[k - 1], child);
    die(child, made);
  }
  make_late_read_only(plan, child);
}

void remove_all(const Plan& plan, Child& child) noexcept {
  for (std::size_t i = plan.mounts.size(); i > 0; --i) {
    child.at(Step::unmount, i - 1);
    check(child, unmount(plan.mounts[i - 1], child));
  }
}

}  // namespace

void run_live_mounts(LiveMountsPlan& plan, Child& child) noexcept {
  child.at(Step::start);
  begin(child);
  (void)sys::raw::call(SYS_umask, 0);
  child.at(Step::join_namespace);
  if (plan.joins_user) become_root(child);
  if (plan.add) open_sources(plan, child);
  enter(plan, child);
  if (plan.add)
    make_all(*plan.container, child);
  else
    remove_all(*plan.container, child);
  child.at(Step::ready);
  check(child, say(child, Word::ready));
  sys::raw::exit(0);
}

}  // namespace masu::container
