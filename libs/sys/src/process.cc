// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/process.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace masu::sys {
namespace {

constexpr int kExecFailed = 127;

// The kernel's own struct sigaction: that of libc differs, and its wrapper locks.
struct KernelSigaction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  std::uint64_t mask;
};

void reset_signals() noexcept {
  constexpr int kSignals = 64;
  const KernelSigaction standard{};
  for (int number = 1; number <= kSignals; ++number)
    (void)raw::call(SYS_rt_sigaction, number, &standard, nullptr, sizeof standard.mask);
  const std::uint64_t none = 0;
  (void)raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
}

int pass_on(std::span<const int> fds, int first) noexcept {
  for (const int fd : fds)
    if (const int set = raw::dup3(fd, first++, 0); set < 0) return set;
  return 0;
}

// A copy of `fd` that no dup3 onto 0, 1 or 2 can hit.
int above_stdio(int fd) noexcept { return fd > 2 ? fd : raw::fcntl(fd, F_DUPFD_CLOEXEC, 3); }

// Back to what the caller was given is always allowed.
void write_oom_score_adj(const char* value) noexcept {
  const int fd = raw::openat(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY);
  if (fd < 0) return;
  (void)raw::write(fd, value, strlen(value));
  raw::close(fd);
}

// In decimal, without allocation.
void write_own_pid(char* to) noexcept {
  char digits[kPidSize];
  char* first = digits + sizeof digits;
  *--first = '\0';
  for (long rest = raw::call(SYS_getpid); first > digits; rest /= 10) {
    *--first = static_cast<char>('0' + rest % 10);
    if (rest < 10) break;
  }
  memcpy(to, first, static_cast<std::size_t>(digits + sizeof digits - first));
}

struct Child {
  const Spawn& what;
  int error = 0;  ///< seen by the parent: the memory is one
};

// In the parent's memory, while that waits: nothing of it is changed but `error` and what `own_pid` points
// to.
int exec_child(void* data) noexcept {
  Child& child = *static_cast<Child*>(data);
  const Spawn& what = child.what;
  reset_signals();
  if (what.new_session) (void)raw::call(SYS_setsid);
  if (what.directory != nullptr) (void)raw::chdir(what.directory);
  if (what.dies_with_parent) (void)raw::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (what.oom_score_adj != nullptr) write_oom_score_adj(what.oom_score_adj);
  if (what.own_pid != nullptr) write_own_pid(what.own_pid);
  int result = set_stdio({what.stdin_fd, what.stdout_fd, what.stderr_fd});
  for (const int fd : what.passed)
    if (result >= 0) result = raw::fcntl(fd, F_SETFD, 0);
  if (result >= 0) result = pass_on(what.handed, what.first_handed);
  if (result >= 0) result = raw::execveat(AT_FDCWD, what.path, what.argv, what.envp, 0);
  child.error = result;
  raw::exit(kExecFailed);
}

}  // namespace

Result<ProcessStat> read_process_stat(pid_t pid) {
  const std::string text = TRY(read_kernel_file(cat("/proc/", pid, "/stat")));
  // "pid (comm) S ppid …": comm may hold anything, so the fields are counted from the last ')'.
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos)
    return fail(Error::make(Kind::internal, cat("/proc/", pid, "/stat has no ')'")));
  const auto fields = text::split(text::trim(std::string_view(text).substr(end_of_name + 1)), ' ');
  // Fields 3, 4 and 22 of proc_pid_stat(5).
  constexpr std::size_t kState = 0, kParent = 1, kStartTime = 19;
  if (fields.size() <= kStartTime)
    return fail(Error::make(Kind::internal, cat("/proc/", pid, "/stat is too short")));
  return ProcessStat{fields[kState].empty() ? '?' : fields[kState].front(),
                     text::parse_int<pid_t>(fields[kParent]).value_or(0),
                     text::parse_int<std::uint64_t>(fields[kStartTime]).value_or(0)};
}

Result<std::uint64_t> read_ignored_signals(pid_t pid) {
  const std::string path = cat("/proc/", pid, "/status");
  const std::string text = TRY(read_kernel_file(path));
  constexpr std::string_view kField = "\nSigIgn:\t";
  const auto at = text.find(kField);
  const auto mask = at == std::string::npos ? std::nullopt
                                            : text::parse_int<std::uint64_t>(
                                                  std::string_view(text).substr(at + kField.size(), 16), 16);
  if (!mask) return fail(Error::make(Kind::internal, path + " has no SigIgn"));
  return *mask;
}

Result<std::optional<Process>> Process::find(pid_t pid, std::uint64_t start_time) {
  if (pid <= 0) return std::nullopt;
  const int pidfd = raw::pidfd_open(pid);
  // EINVAL, since Linux 6.9 ENOENT: the number is that of a thread now.
  if (pidfd == -ESRCH || pidfd == -EINVAL || pidfd == -ENOENT) return std::nullopt;
  if (pidfd < 0) return fail(Error::sys(-pidfd, cat("open process ", pid)));
  Process process(pid, Fd(pidfd));
  // The pidfd came first: if the start time read now is the saved one, the pidfd is that process.
  auto stat = read_process_stat(pid);
  if (!stat) {
    if (stat.error().err() == ENOENT || stat.error().err() == ESRCH) return std::nullopt;
    return fail(std::move(stat).error());
  }
  if (stat->start_time != start_time || stat->state == 'Z' || stat->state == 'X') return std::nullopt;
  return process;
}

Result<> Process::signal(int number) const {
  if (const int sent = raw::pidfd_send_signal(pidfd_.get(), number); sent < 0)
    return fail(Error::sys(-sent, cat("send signal ", number, " to process ", pid_)));
  return {};
}

Result<bool> Process::wait_ended(std::int64_t deadline_ns) const {
  pollfd poll{pidfd_.get(), POLLIN, 0};
  const int ready = raw::poll_until(&poll, 1, deadline_ns);
  if (ready < 0) return fail(Error::sys(-ready, cat("wait for process ", pid_)));
  return ready > 0;
}

Result<int> Process::reap() const {
  int status = 0;
  const long result = wait_spawned(pidfd_.get(), -1, &status);
  if (result < 0) return fail(Error::sys(static_cast<int>(-result), cat("wait for process ", pid_)));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// As vfork(2): a copy of the page tables, and of each page that child and parent then write to, would cost
// more than the exec. No handler of the caller's may run in the child, which is why all signals are blocked
// meanwhile.
long spawn(const Spawn& what, int* pidfd) noexcept {
  const std::uint64_t all = ~std::uint64_t{0};
  std::uint64_t before = 0;
  if (const long blocked = raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all); blocked < 0)
    return blocked;
  constexpr std::size_t kStack = std::size_t{16} * 1024;
  alignas(16) char stack[kStack];
  Child child{.what = what};
  int child_fd = -1;
  const int pid =
      ::clone(exec_child, stack + kStack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &child_fd);
  const int error = pid < 0 ? -errno : 0;
  const long restored = raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, sizeof before);
  if (pid < 0) return error;
  if (child.error != 0 || restored < 0) {
    int status = 0;
    if (child.error == 0) (void)raw::pidfd_send_signal(child_fd, SIGKILL);
    (void)wait_spawned(child_fd, -1, &status);
    raw::close(child_fd);
    return child.error != 0 ? child.error : restored;
  }
  *pidfd = child_fd;
  return pid;
}

// dup3 would refuse a number onto itself, but none is below 3 by then.
int set_stdio(std::array<int, 3> fds) noexcept {
  for (int& fd : fds) {
    if (fd < 0) continue;
    fd = above_stdio(fd);
    if (fd < 0) return fd;
  }
  int target = 0;
  for (const int fd : fds) {
    const int set = fd < 0 ? 0 : raw::dup3(fd, target, 0);
    if (set < 0) return set;
    ++target;
  }
  return 0;
}

long wait_spawned(int pidfd, std::int64_t deadline_ns, int* status) noexcept {
  pollfd poll{pidfd, POLLIN, 0};
  const int ready = deadline_ns < 0 ? 1 : raw::poll_until(&poll, 1, deadline_ns);
  if (ready < 0) return ready;
  if (ready == 0) (void)raw::pidfd_send_signal(pidfd, SIGKILL);
  siginfo_t info{};
  constexpr int kPidfd = 3;  // P_PIDFD of waitid(2)
  long waited = -EINTR;
  while (waited == -EINTR) waited = raw::call(SYS_waitid, kPidfd, pidfd, &info, WEXITED | __WALL, nullptr);
  if (waited < 0) return waited;
  *status = info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8 : info.si_status & 0x7f;
  return ready == 0 ? -ETIMEDOUT : 0;
}

Result<std::string> read_boot_id() {
  const std::string text = TRY(read_kernel_file("/proc/sys/kernel/random/boot_id"));
  return std::string(text::trim(text));
}

int make_undumpable() noexcept { return raw::prctl(PR_SET_DUMPABLE, 0); }

}  // namespace masu::sys
