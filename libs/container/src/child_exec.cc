// SPDX-License-Identifier: Apache-2.0
//
// One more process in a running container (`exec`), from clone to exec.
#include "child.h"
#include "masu/sys/raw.h"

#include <csignal>

#include <sys/prctl.h>

namespace masu::container {
namespace {

using sys::raw::call;

void join_cgroups(const ExecPlan& plan, Child& child) noexcept {
  for (std::size_t i = 0; i < plan.cgroup_files.size(); ++i) {
    child.at(Step::join_cgroups, i);
    check(child, static_cast<int>(sys::raw::write(plan.cgroup_files[i], "0", 1)));
  }
}

// All namespaces that are left in one call by the pidfd of init (setns(2), Linux 5.8).
void join_namespaces(const ExecPlan& plan, Child& child) noexcept {
  child.at(Step::join_namespace);
  if (plan.namespaces != 0)
    check(child, sys::raw::setns(plan.init_pidfd, plan.namespaces));  // setns(2) refuses none
  if (plan.joins_user) become_root(child);
}

// setns has led us to the root of the mount namespace; a container without its own has only a chroot.
void enter_root(const ExecPlan& plan, Child& child) noexcept {
  child.at(Step::pivot_root);
  if (plan.root >= 0) {
    check(child, sys::raw::fchdir(plan.root));
    check(child, sys::raw::chroot("."));
  }
  child.root = sys::raw::openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
  check(child, child.root);
}

}  // namespace

void run_exec(const ExecPlan& plan, Child& child) noexcept {
  child.at(Step::start);
  begin(child);
  reset_signals(~0u);
  join_cgroups(plan, child);
  join_namespaces(plan, child);
  enter_root(plan, child);
  join_keyring(plan.keyring, child);
  if (child.process.terminal) open_console(child, false);
  adopt_standard_streams(child);
  close_foreign_fds(child);
  (void)call(SYS_umask, child.process.umask);
  change_directory(child, false);
  set_rlimits(child);
  drop_bounding(child);
  become_user(child);
  change_directory(child, true);
  find_home(child);
  const char* path = find_executable(child);

  child.at(Step::ready);
  // From here on the socket tells us of the parent's end: it may exit as soon as it has answered.
  (void)sys::raw::prctl(PR_SET_PDEATHSIG, 0);
  check(child, say(child, Word::ready));
  check(child, hear(child, Word::proceed));
  execute(child, path);
}

}  // namespace masu::container
