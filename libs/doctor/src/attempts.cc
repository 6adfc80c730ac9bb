// SPDX-License-Identifier: Apache-2.0
//
// What is tried on the machine. Children make one attempt by raw system calls and end with its errno;
// namespaces and mounts end with them.
#include "attempts.h"

#include "masu/dbus/connection.h"
#include "masu/sys/mount.h"
#include "masu/sys/process.h"
#include "masu/sys/procfs.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <sys/wait.h>

namespace masu::doctor {
namespace {

namespace raw = sys::raw;

constexpr std::int64_t kPatience = 5'000'000'000;  // ns

/// Runs `attempt` in a child with these new namespaces: the errno of the clone, or what `attempt` yields.
struct Outcome {
  int clone = 0;
  int attempt = 0;
};
Outcome try_in_child(unsigned long namespaces, int (*attempt)() noexcept) {
  int pidfd = -1;
  clone_args args{};
  args.flags = namespaces | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  const long pid = raw::clone3(&args);
  if (pid == 0) raw::exit(attempt());
  if (pid < 0) return {.clone = static_cast<int>(-pid)};
  const sys::Fd owner(pidfd);
  int status = 0;
  const long waited = sys::wait_spawned(pidfd, raw::monotonic_ns() + kPatience, &status);
  if (waited < 0) return {.attempt = static_cast<int>(-waited)};
  return {.attempt = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR};
}

int nothing() noexcept { return 0; }

int make_procfs() noexcept {
  const int mount = sys::new_mount("proc", nullptr, nullptr, 0, 0, nullptr, 0);
  return mount < 0 ? -mount : 0;
}

// Calls with arguments that are wrong: the kernel that has them says so, none does anything.
int is_there(long outcome) {
  return outcome == -ENOSYS || outcome == -EPERM ? static_cast<int>(-outcome) : 0;
}

int seek_pidfd_open() {
  const int pidfd = raw::pidfd_open(raw::getpid());
  if (pidfd >= 0) raw::close(pidfd);
  return is_there(pidfd);
}

std::string reach_systemd(bool user) {
  const auto environment = dbus::read_environment();
  const auto addresses = user ? dbus::session_bus(environment) : dbus::system_bus(environment);
  if (!addresses) return addresses.error().message();
  const std::int64_t deadline = raw::monotonic_ns() + kPatience;
  const auto bus = dbus::Connection::open(*addresses, dbus::Peer::bus, deadline);
  if (bus) return {};
  // As the runtime does: systemd's own socket, where there is no bus.
  const std::string own = user ? environment.runtime_dir : "/run";
  if (!own.empty() && dbus::Connection::open({{own + "/systemd/private"}}, dbus::Peer::service, deadline))
    return {};
  return bus.error().message();
}

}  // namespace

Attempts make_attempts(bool systemd, bool user) {
  Attempts tried;
  tried.clone3 = is_there(raw::clone3(nullptr));
  tried.mount_setattr = is_there(raw::call(SYS_mount_setattr, -1, "", 0, nullptr, 0));
  tried.openat2 = is_there(raw::call(SYS_openat2, -1, "", nullptr, 0));
  tried.pidfd_open = seek_pidfd_open();
  if (const auto procfs = sys::Procfs::open_host(); !procfs) tried.procfs = procfs.error().message();
  constexpr unsigned kVersion = 1;  // LANDLOCK_CREATE_RULESET_VERSION
  tried.landlock_abi = static_cast<int>(raw::call(SYS_landlock_create_ruleset, nullptr, 0, kVersion));
  tried.user_namespace = try_in_child(CLONE_NEWUSER, nothing).clone;
  const Outcome all = try_in_child(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID, make_procfs);
  tried.rights_in_it = all.clone;
  tried.procfs_in_it = all.clone == 0 ? all.attempt : 0;
  if (systemd) tried.systemd = reach_systemd(user);
  return tried;
}

}  // namespace masu::doctor
