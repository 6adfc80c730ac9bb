// SPDX-License-Identifier: Apache-2.0
//
// A process is a pidfd, or a pid with its start time: never a number alone, which may be someone else's
// tomorrow.
#pragma once

#include "masu/sys/fd.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <sys/types.h>

namespace masu::sys {

/// What /proc/<pid>/stat says (proc_pid_stat(5)).
struct ProcessStat {
  char state = '?';  ///< 'R', 'S', 'D', 'Z' …
  pid_t parent = 0;
  std::uint64_t start_time = 0;  ///< clock ticks after boot
};
/// Error with ESRCH (or ENOENT) when there is no such process.
Result<ProcessStat> read_process_stat(pid_t pid);
/// The signals that it ignores, real-time ones too: bit N-1 is signal N.
Result<std::uint64_t> read_ignored_signals(pid_t pid);

/// A process by pid and pidfd. Dropping it leaves the process alone.
class Process {
 public:
  Process() = default;
  Process(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  /// The process that had this pid and start time, or nothing if it is gone or a zombie.
  static Result<std::optional<Process>> find(pid_t pid, std::uint64_t start_time);

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  Fd take_pidfd() { return std::move(pidfd_); }

  Result<> signal(int number) const;
  /// True once the process has ended (reaped or not); false at the deadline (CLOCK_MONOTONIC ns, negative:
  /// none).
  Result<bool> wait_ended(std::int64_t deadline_ns) const;
  /// Reaps a child of ours and yields its exit code, 128+N after signal N. Blocks until it has ended.
  Result<int> reap() const;

 private:
  pid_t pid_ = 0;
  Fd pidfd_;
};

/// What the digits of a pid and a NUL take.
inline constexpr std::size_t kPidSize = 12;

/// A program to run beside us: NULL-terminated argv and envp, fds for its stdio (-1: /dev/null is NOT opened,
/// inherited).
struct Spawn {
  const char* path = nullptr;
  char* const* argv = nullptr;
  char* const* envp = nullptr;
  const char* directory = nullptr;  ///< to run in, if it can be entered; null: the caller's
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  bool dies_with_parent = false;        ///< SIGKILL when the caller ends (PR_SET_PDEATHSIG)
  const char* oom_score_adj = nullptr;  ///< for /proc/self/oom_score_adj; null: the caller's
  std::span<const int> passed = {};     ///< fds above 2 that it gets too, under their numbers
  std::span<const int> handed = {};     ///< become first_handed and those behind it; each above all of these
  int first_handed = 3;
  bool new_session = false;  ///< setsid(2): the terminal's signals are not for it
  char* own_pid =
      nullptr;  ///< the child writes its pid there, kPidSize bytes with a NUL: for a variable of envp
};
/// Forks and execs with default signal dispositions and an empty mask; every other fd is O_CLOEXEC by rule.
/// The pid, with its pidfd in `*pidfd`, or -errno (that of exec too: the caller learns it before this
/// returns). Without allocation, for the container's first process.
long spawn(const Spawn& what, int* pidfd) noexcept;

/// Puts three fds in the places of stdin, stdout and stderr (-1: leaves that one), in any order, also where
/// one of them is 0, 1 or 2 itself. 0 or -errno. In a child, without allocation.
int set_stdio(std::array<int, 3> fds) noexcept;

/// Waits for a spawned child: its wait status (as waitpid(2)) or -ETIMEDOUT at the deadline, when it has been
/// killed.
long wait_spawned(int pidfd, std::int64_t deadline_ns, int* status) noexcept;

/// This boot's id, /proc/sys/kernel/random/boot_id: names the boot in saved state.
Result<std::string> read_boot_id();

/// A dumpable process can be opened through /proc by the container it is joining (CVE-2016-9962); so not. 0
/// or -errno.
int make_undumpable() noexcept;

}  // namespace masu::sys
