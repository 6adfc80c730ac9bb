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
  reset_signals(child, ~std::uint64_t{0});
  set_initial_cpus(child);
  join_cgroups(plan, child);
  set_final_cpus(child);
  join_namespaces(plan, child);
  enter_root(plan, child);
  join_keyring(child);
  if (child.process.terminal) open_console(child, false);
  const char* path = become_process(child);
  check(child, hear(child, Word::proceed));
  execute(child, path);
}

}  // namespace masu::container
