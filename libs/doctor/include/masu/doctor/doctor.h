// SPDX-License-Identifier: Apache-2.0
//
// What of this machine keeps containers from running, or takes something from them, with the command that
// mends it. examine() is pure but for files below the roots of its Host: tests give it another machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::doctor {

struct Finding {
  enum class State {
    ok,       ///< as it should be, or a fact
    warning,  ///< containers run, but something of theirs is refused
    problem,  ///< this caller's containers do not run
  };
  State state = State::ok;
  std::string subject;  ///< "user namespaces"
  std::string detail;   ///< what was found and what follows
  std::string cure;     ///< a command for the caller's shell; empty: nothing to mend, or no command does
};
/// "ok", "warning", "problem".
std::string_view state_name(Finding::State state);

/// What was tried on the machine: 0 or an errno, unless said otherwise.
struct Attempts {
  int clone3 = 0;
  int mount_setattr = 0;
  int openat2 = 0;
  int pidfd_open = 0;
  int landlock_abi = 0;    ///< the ABI's number, or -errno
  int user_namespace = 0;  ///< making one
  int rights_in_it = 0;    ///< making other namespaces along with it
  int procfs_in_it = 0;    ///< mounting a procfs in these
  std::string procfs;      ///< why /proc is no procfs to rely on; empty: it is one
  std::string systemd;     ///< why the systemd that is the caller's (root: the system's) was not reached
};

struct Host {
  std::string proc = "/proc", sys = "/sys", etc = "/etc", run = "/run", var = "/var", dev = "/dev";
  std::vector<std::string> path;  ///< the directories of $PATH
  /// Where the runtime looks for newuidmap(1).
  std::vector<std::string> helpers = {"/usr/bin", "/bin", "/usr/local/bin"};
  std::string kernel;  ///< uname(2): "6.1.0-18-amd64"
  uid_t euid = 0;
  std::string user;             ///< the name of euid; empty: it has none
  std::string runtime_dir;      ///< $XDG_RUNTIME_DIR
  std::string state_directory;  ///< of the runtime: "/run/masu-runtime"
  std::string engine;  ///< made the container that this is: "docker", "podman"; empty: none or unknown
  std::string how_to_delegate;  ///< cgroups::how_to_delegate()
  Attempts attempts;
  bool runs_from_copy =
      true;  ///< the runtime, since its file could be written by a container of the caller's
  bool (*writable)(const std::string& path);  ///< by the caller
  bool (*gains_rights)(
      const std::string& path);  ///< when executed: set-user-ID of root, or file capabilities
};

/// This machine, for this process; makes all attempts, of which none leaves anything.
Host read_host(std::string state_directory);

/// All findings, in the order in which to mend. Files that cannot be read count as not there.
std::vector<Finding> examine(const Host& host);

/// How the manager makes a container's root, as it has tried.
struct Storage {
  std::string driver;   ///< "overlay", "fuse-overlayfs" or "vfs"; empty: it could not be tried
  std::string refused;  ///< why it is not overlay
};
/// What the manager needs besides: storage, fuse, and networks of an ordinary user.
std::vector<Finding> examine_manager(const Host& host, const Storage& storage);

bool has_problem(const std::vector<Finding>& findings);

}  // namespace masu::doctor
