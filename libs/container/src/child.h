// SPDX-License-Identifier: Apache-2.0
//
// The container's first process, from clone to exec. Everything in child_*.cc runs after clone3 in a copy of
// the parent: it reads the Plan, makes raw system calls, and neither allocates nor returns. Steps yield 0 or
// -errno; the driver (child_init.cc, child_exec.cc) reports the first failure with its step and index, and
// exits.
#pragma once

#include "plan.h"
#include "protocol.h"

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace masu::container {

/// What a start out of a program with a life of its own takes along of that program's fds
/// (Context::embedded).
struct Inheritance {
  bool undumpable;  ///< the child makes itself that, where its parent must not be
  std::array<int, 3> stdio;
  std::vector<int> kept;  ///< those of this start, sorted
};

struct Child {
  const ProcessPlan& process;
  Progress& progress;
  int sync = -1;                              ///< to the parent; after `wait`, to `start`
  int listener = -1;                          ///< start.sock, listening; -1: nobody will connect
  int proc = -1;                              ///< the host's procfs (O_PATH), checked by the parent
  int root = -1;                              ///< the container's root
  std::array<int, 2> hook_output = {-1, -1};  ///< files of the host that the container's hooks print to
  int prepared = -1;                          ///< of a workload: what is to be run
  int notify = 0;                             ///< of a NOTIFY profile that is in force: its listener
  bool confined = false;                      ///< confine() has been called
  unsigned scratch = ~0u;                  ///< fds from here on are of the step at hand: tidy() closes them
  const Inheritance* inherited = nullptr;  ///< null: the parent is a runtime, and has nothing but this start
  std::string_view state_head = {};        ///< the state for hooks: HookState
  std::string_view state_tail = {};
  char detail[sizeof(Message::detail)] = {};

  /// Enters a step; failures from here on are reported as its own.
  void at(Step step, std::size_t index = 0) noexcept;
  /// What the report of a failure says beside step and errno.
  void explain(const char* words) noexcept;
  /// Closes what the last steps have opened, in one call instead of one an fd. What landed in a gap below
  /// `scratch` goes with the foreign fds.
  void tidy() const noexcept;
};

/// Sends a word, with an fd if given. 0 or -errno.
int say(Child& child, Word word, int value = 0, int fd = -1) noexcept;
/// Waits for one of two words; -EPIPE if the parent is gone, -EPROTO for another word.
int hear(Child& child, Word expected, Word* heard = nullptr) noexcept;
/// Reports `error` (-errno) of the present step and ends the process.
[[noreturn]] void die(Child& child, int error) noexcept;
/// Reports a failure that does not end the start.
void warn(Child& child, int error) noexcept;
/// die() unless `result` is 0 or more.
void check(Child& child, int result) noexcept;

/// What any child does first: it dies with its parent, leads a session, and no signal is blocked.
void begin(Child& child) noexcept;
/// Sets these signals (bit N-1 is signal N) to their default action: those that the caller ignored would stay
/// ignored over exec.
void reset_signals(Child& child, std::uint64_t signals) noexcept;
/// The kernel keeps from a pid namespace's init each signal that it has no handler for (pid_namespaces(7)):
/// from here to exec, which takes the handlers away, those by which a container is asked to stop end it.
void end_by_signals() noexcept;
/// Closes all fds from 3 on but the preserved ones and those of a sorted list.
void close_all_but(Child& child, std::span<const int> sorted) noexcept;
/// Closes everything but stdio, the preserved fds and our sockets. Before anything is looked up by a path of
/// the config's: an open directory of the host would be a way out, /proc/self/fd/7/../../bin/sh
/// (CVE-2024-21626).
void close_foreign_fds(Child& child) noexcept;
/// Root of the user namespace just entered; the kernel's overflow ids until then.
void become_root(Child& child) noexcept;

/// The whole start of a container.
[[noreturn]] void run_init(const Plan& plan, Child& child) noexcept;
/// The start of one more process in a container.
[[noreturn]] void run_exec(const ExecPlan& plan, Child& child) noexcept;

/// Adds or removes mounts of a container, all of them or none; then the process ends.
[[noreturn]] void run_live_mounts(LiveMountsPlan& plan, Child& child) noexcept;

// child_mounts.cc
/// One of the plan's mounts, below child.root. 0 or -errno.
int make_mount(const Plan& plan, const MountPlan& mount, Child& child) noexcept;
void prepare_root(const Plan& plan, Child& child) noexcept;
void make_mounts(const Plan& plan, Child& child, void (*before_cgroups)(const Plan&, Child&)) noexcept;
void make_late_read_only(const Plan& plan, Child& child) noexcept;
void enter_root(const Plan& plan, Child& child) noexcept;

// child_hidden_paths.cc
/// Read-only paths, masked paths, the read-only root, in this order.
void hide_paths(const Plan& plan, Child& child) noexcept;

// child_devices.cc
void make_devices(const Plan& plan, Child& child) noexcept;

// child_console.cc
/// Opens a pty in the container's devpts, sends its master, and makes the slave the controlling terminal.
void open_console(Child& child, bool make_console_file) noexcept;
/// Gives stdio to the process's user, and re-opens a /dev/null that is the host's.
void adopt_standard_streams(Child& child) noexcept;

// child_hooks.cc
/// Runs hooks in order, with the container's state on stdin; the first that fails ends the start.
void run_hooks(const std::vector<HookPlan>& hooks, Step step, const char* status, Child& child) noexcept;

// child_scheduling.cc
/// execCPUAffinity.initial: to be called before the process is in its cgroups.
void set_initial_cpus(Child& child) noexcept;
/// The CPUs of the process from now on: those asked for, or else all of its cgroups.
void set_final_cpus(Child& child) noexcept;
/// Scheduler, I/O priority, memory policy, personality: with the caller's rights, before the change of user.
void set_scheduling(Child& child) noexcept;

// child_landlock.cc
/// Needs no_new_privs or CAP_SYS_ADMIN.
void restrict_by_landlock(Child& child) noexcept;

// child_labels.cc
/// AppArmor's and SELinux's labels for the coming exec, or of a workload for now.
void set_labels(Child& child) noexcept;
/// The SELinux label of the keyring that comes next.
void label_keyring(Child& child) noexcept;

// child_identity.cc
/// A session keyring of its own, so that the caller's keys stay behind (keyrings(7)); an empty name keeps the
/// caller's.
void join_keyring(Child& child) noexcept;
/// Before the change of user, which takes away the right to raise them.
void set_rlimits(Child& child) noexcept;
void drop_bounding(Child& child) noexcept;
void become_user(Child& child) noexcept;
bool try_directory(Child& child) noexcept;
void settle_directory(Child& child, bool there) noexcept;
void find_home(Child& child) noexcept;
/// What a container's first process and exec have in common once they are in the container: streams, limits,
/// user, capabilities, directory; ends with the word `ready`. Yields the path of the program.
const char* become_process(Child& child) noexcept;
/// The path of the program, in a static buffer or in the plan.
const char* find_executable(Child& child) noexcept;
/// no_new_privs, Landlock and the seccomp filter before their time, for hooks that run between here and exec:
/// their programs are the image's.
void confine(Child& child) noexcept;
/// From here to exec: no_new_privs, the seccomp filter, the last capabilities, exec.
[[noreturn]] void execute(Child& child, const char* path) noexcept;

}  // namespace masu::container
