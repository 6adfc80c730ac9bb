// SPDX-License-Identifier: Apache-2.0
#include "helper_clone.h"

#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <charconv>
#include <csignal>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>

namespace masu::container {
namespace {

struct Answer {
  long result = 0;  // pid or -errno
  std::size_t failed = 0;
};

// An undumpable process's files in /proc are root's (proc_pid(5)), also for itself.
long set_own_oom_score(int proc, std::int32_t score) noexcept {
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, score).ptr;
  const int before = sys::raw::prctl(PR_GET_DUMPABLE, 0);
  if (before == 0) (void)sys::raw::prctl(PR_SET_DUMPABLE, 1);  // nobody in a container sees us yet
  const int file = sys::raw::openat(proc, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  long written = file < 0 ? file : sys::raw::write(file, text, static_cast<std::size_t>(end - text));
  if (file >= 0) sys::raw::close(file);
  if (const int hidden = before == 0 ? sys::make_undumpable() : 0; hidden < 0) written = hidden;
  return written < 0 ? written : 0;
}

// In the helper; returns in the cloned process only.
void join_and_clone(const std::vector<NamespaceJoin>& joins, clone_args& args, const HelperSetup& setup,
                    int report) noexcept {
  Answer answer{0, joins.size()};
  if (setup.oom_score) answer.result = set_own_oom_score(setup.proc, *setup.oom_score);
  if (answer.result < 0) ++answer.failed;
  if (setup.undumpable && answer.result >= 0) answer.result = sys::make_undumpable();
  for (std::size_t i = 0; i < joins.size() && answer.result >= 0; ++i)
    if (answer.result = sys::raw::setns(joins[i].fd, joins[i].type); answer.result < 0) answer.failed = i;
  if (answer.result >= 0) answer.result = sys::raw::clone3(&args);
  if (answer.result == 0 && answer.failed == joins.size()) return;
  (void)sys::raw::write(report, &answer, sizeof answer);
  sys::raw::exit(0);
}

}  // namespace

long clone_by_helper(const std::vector<NamespaceJoin>& joins, clone_args args, const HelperSetup& setup,
                     int* pidfd, std::size_t* failed) noexcept {
  int report[2];
  if (const long made = sys::raw::call(SYS_pipe2, report, O_CLOEXEC); made < 0) return made;
  args.flags = (args.flags & ~std::uint64_t{CLONE_PIDFD}) | CLONE_PARENT;
  args.exit_signal = 0;  // with CLONE_PARENT that of the helper
  int helper_fd = -1;
  clone_args helper{};
  helper.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  helper.pidfd = reinterpret_cast<std::uint64_t>(&helper_fd);
  helper.exit_signal = SIGCHLD;
  const long started = sys::raw::clone3(&helper);
  if (started == 0) {
    join_and_clone(joins, args, setup, report[1]);
    sys::raw::close(report[0]);
    sys::raw::close(report[1]);
    return 0;
  }
  sys::raw::close(report[1]);
  Answer answer{started < 0 ? started : -EIO, joins.size()};
  if (started > 0) {
    while (sys::raw::read(report[0], &answer, sizeof answer) == -EINTR) continue;
    int status = 0;
    (void)sys::wait_spawned(helper_fd, -1, &status);
    sys::raw::close(helper_fd);
  }
  sys::raw::close(report[0]);
  *failed = answer.failed;
  if (answer.result <= 0) return answer.result;
  // Our own child, so its pid is nobody else's before we have reaped it.
  *pidfd = sys::raw::pidfd_open(static_cast<pid_t>(answer.result));
  return *pidfd < 0 ? *pidfd : answer.result;
}

bool may_return(int own_pid_namespace) noexcept {
  return sys::raw::setns(own_pid_namespace, CLONE_NEWPID) >= 0;
}

bool is_exposed_at_birth() noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  constexpr unsigned kPtrace = 1U << CAP_SYS_PTRACE;
  return sys::raw::call(SYS_capget, &header, data) < 0 || (data[0].permitted & kPtrace) == 0;
}

}  // namespace masu::container
