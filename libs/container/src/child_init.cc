// SPDX-License-Identifier: Apache-2.0
//
// The order of a container's start (runtime contract 3.2). Read it top down.
#include "child.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace masu::container {
namespace {

using sys::raw::call;

constexpr std::uint64_t kNewTime = 0x80;  // CLONE_NEWTIME
constexpr std::uint64_t kNewCgroup = 0x02000000;

void take_ids(const Plan& plan, Child& child) noexcept {
  if (!plan.maps_ids) return;
  child.at(Step::map_ids);
  check(child, hear(child, Word::maps_written));
  become_root(child);
}

void join_namespaces(const Plan& plan, Child& child) noexcept {
  if (plan.joins_user) {
    child.at(Step::map_ids);
    become_root(child);
  }
  if (plan.helper_joins) return;
  for (std::size_t i = 0; i < plan.joins.size(); ++i) {
    const NamespaceJoin& join = plan.joins[i];
    if (join.type == CLONE_NEWPID) continue;  // the parent has: a process is born into its pid namespace
    child.at(Step::join_namespace, i);
    check(child, sys::raw::setns(join.fd, join.type));
    sys::raw::close(join.fd);
  }
}

// `lo` up. A seccomp filter or systemd's RestrictAddressFamilies may forbid AF_INET: then the container has
// no loopback, which is said but does not stop it.
int bring_up_loopback() noexcept {
  const long socket = call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return static_cast<int>(socket);
  ifreq request{};
  memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const long up = call(SYS_ioctl, socket, SIOCSIFFLAGS, &request);
  sys::raw::close(static_cast<int>(socket));
  return static_cast<int>(up);
}

void make_network(const Plan& plan, Child& child) noexcept {
  if (plan.unshare_flags != 0) {
    child.at(Step::make_network);
    check(child, sys::raw::unshare(plan.unshare_flags));
  }
  if (plan.bring_up_loopback) {
    child.at(Step::loopback);
    if (const int up = bring_up_loopback(); up < 0) warn(child, up);
  }
}

// Offsets must be written before anyone is in the namespace; a process may then move itself into it, if it
// has one thread (time_namespaces(7)), which saves a fork.
void set_time_offsets(const Plan& plan, Child& child) noexcept {
  if (plan.time_offsets.empty()) return;
  child.at(Step::time_offsets);
  check(child, sys::raw::unshare(kNewTime));
  // An undumpable process's files in /proc are root's of the host. In a user namespace that is new there is
  // nobody yet who could make use of the moment that we are dumpable.
  if (plan.maps_ids) check(child, sys::raw::prctl(PR_SET_DUMPABLE, 1));
  const int offsets = sys::raw::openat(child.proc, "self/timens_offsets", O_WRONLY);
  if (plan.maps_ids) check(child, sys::raw::prctl(PR_SET_DUMPABLE, 0));
  check(child, offsets);
  check(child,
        static_cast<int>(sys::raw::write(offsets, plan.time_offsets.data(), plan.time_offsets.size())));
  sys::raw::close(offsets);
  const int space = sys::raw::openat(child.proc, "self/ns/time_for_children", O_RDONLY);
  check(child, space);
  check(child, sys::raw::setns(space, kNewTime));
  sys::raw::close(space);
}

// The child joins by writing "0" to each file: one thread that moves itself needs none of the locks (and RCU
// grace periods) that moving another process takes. The parent has opened the files, with its rights.
void join_cgroups(const Plan& plan, Child& child) noexcept {
  child.at(Step::join_cgroups);
  Message message;
  int files[kMaxCgroupFds];
  std::size_t count = 0;
  const long got = sys::receive_with_fds(child.sync, &message, sizeof message, files, &count);
  if (got < 0) die(child, static_cast<int>(got));
  if (got == 0) die(child, -EPIPE);
  if (message.word != Word::cgroups) die(child, -EPROTO);
  reset_signals(child, child.progress.ignored_signals);
  const std::size_t delegated = plan.delegates_cgroup && count > 0 ? 1 : 0;
  const auto join = [&](std::size_t i) {
    child.at(Step::join_cgroups, i);
    check(child, static_cast<int>(sys::raw::write(files[i], "0", 1)));
  };
  for (std::size_t i = 0; i < count - delegated; ++i) join(i);
  set_final_cpus(child);
  if (plan.new_cgroup_namespace) {
    child.at(Step::cgroup_namespace);
    check(child, sys::raw::unshare(kNewCgroup));
  }
  if (delegated != 0) join(count - 1);
}

void wait_for_runtime_hooks(const Plan& plan, Child& child) noexcept {
  if (!plan.runtime_hooks) return;
  child.at(Step::runtime_hooks);
  check(child, say(child, Word::hooks_wanted));
  check(child, hear(child, Word::hooks_done));
}

void set_sysctls(const Plan& plan, Child& child) noexcept {
  for (std::size_t i = 0; i < plan.sysctls.size(); ++i) {
    child.at(Step::sysctl, i);
    const auto& sysctl = plan.sysctls[i];
    const int file = sys::open_beneath(child.proc, sysctl.path.c_str(), O_WRONLY);
    check(child, file);
    check(child, static_cast<int>(sys::raw::write(file, sysctl.value.data(), sysctl.value.size())));
    sys::raw::close(file);
  }
}

void set_names(const Plan& plan, Child& child) noexcept {
  if (!plan.hostname.empty()) {
    child.at(Step::hostname);
    check(child, static_cast<int>(call(SYS_sethostname, plan.hostname.data(), plan.hostname.size())));
  }
  if (!plan.domainname.empty()) {
    child.at(Step::domainname);
    check(child, static_cast<int>(call(SYS_setdomainname, plan.domainname.data(), plan.domainname.size())));
  }
}

void make_working_directory(Child& child) noexcept {
  if (child.process.cwd == "/") return;
  child.at(Step::working_directory);
  const int made = sys::make_in_root(child.root, child.process.cwd.c_str(), sys::MakeKind::directory);
  if (made >= 0) sys::raw::close(made);
  // What cannot be made (a read-only image, a file in the way) shows again, with better words, at chdir.
}

// Everything in the container's own tree. Without a mount namespace there is none: the host's tree is used as
// it is.
void build_tree(const Plan& plan, Child& child) noexcept {
  prepare_root(plan, child);
  make_mounts(plan, child, join_cgroups);
  if (plan.make_devices) make_devices(plan, child);
  wait_for_runtime_hooks(plan, child);
  if (!plan.create_container.empty()) {
    check(child, sys::raw::fchdir(child.root));
    run_hooks(plan.create_container, Step::create_container_hook, "creating", child);
  }
  make_working_directory(child);
  if (child.process.terminal) open_console(child, true);
  make_late_read_only(plan, child);
  set_sysctls(plan, child);
  hide_paths(plan, child);
  enter_root(plan, child);
}

void use_host_tree(const Plan& plan, Child& child) noexcept {
  join_cgroups(plan, child);
  wait_for_runtime_hooks(plan, child);
  run_hooks(plan.create_container, Step::create_container_hook, "creating", child);
  if (child.process.terminal) {  // of the host's devpts: nothing is mounted in the rootfs
    child.root = sys::raw::openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
    check(child, child.root);
    open_console(child, false);
    sys::raw::close(child.root);
  }
  child.root = sys::raw::openat(AT_FDCWD, plan.rootfs.c_str(), O_PATH | O_DIRECTORY);
  child.at(Step::root_mount);
  check(child, child.root);
  set_sysctls(plan, child);
  child.at(Step::pivot_root);
  check(child, sys::raw::fchdir(child.root));
  check(child, sys::raw::chroot("."));
  check(child, sys::raw::chdir("/"));
}

// Waits for `start` to connect and say so. A connection that closes without a word was someone who asked for
// the status.
void wait_for_start(Child& child) noexcept {
  end_by_signals();
  sys::raw::close(child.sync);
  for (;;) {
    const long connection = call(SYS_accept4, child.listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection == -EINTR || connection == -ECONNABORTED) continue;
    if (connection < 0) sys::raw::exit(1);
    child.sync = static_cast<int>(connection);
    if (hear(child, Word::proceed) == 0) return;
    sys::raw::close(child.sync);
  }
}

}  // namespace

void run_init(const Plan& plan, Child& child) noexcept {
  child.at(Step::start);
  begin(child);
  (void)call(SYS_umask, 0);
  take_ids(plan, child);
  join_namespaces(plan, child);
  make_network(plan, child);
  set_time_offsets(plan, child);
  if (plan.mounts_namespace)
    build_tree(plan, child);
  else
    use_host_tree(plan, child);
  set_names(plan, child);
  join_keyring(child);
  const char* path = become_process(child);
  Word next = Word::failure;
  check(child, hear(child, Word::proceed, &next));
  if (next == Word::wait)
    wait_for_start(child);
  else if (next != Word::proceed)
    die(child, -EPROTO);
  if (!plan.start_container.empty()) {
    confine(child);
    run_hooks(plan.start_container, Step::start_container_hook, "created", child);
  }
  execute(child, path);
}

}  // namespace masu::container
