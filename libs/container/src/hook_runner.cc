// SPDX-License-Identifier: Apache-2.0
#include "hook_runner.h"

#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <charconv>
#include <cstring>

#include <poll.h>
#include <sys/wait.h>

namespace masu::container {
namespace {

// stdin and output of a hook are memory files: nobody has to pump them, a hook that never reads blocks
// nobody, and one that closes stdin early is no error.
int make_memory_file() noexcept {
  constexpr unsigned kCloexec = 1;  // MFD_CLOEXEC
  return static_cast<int>(sys::raw::call(SYS_memfd_create, "hook", kCloexec));
}

int put(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const long written = sys::raw::write(fd, text.data(), text.size());
    if (written == -EINTR) continue;
    if (written < 0) return static_cast<int>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string_view number(long value, char (&buffer)[24]) noexcept {
  return {buffer,
          static_cast<std::size_t>(std::to_chars(buffer, buffer + sizeof buffer, value).ptr - buffer)};
}

int make_input(const HookState& state) noexcept {
  const int fd = make_memory_file();
  if (fd < 0) return fd;
  char digits[24];
  int result = 0;
  for (auto piece :
       {state.head, state.status, std::string_view("\",\"pid\":"), number(state.pid, digits), state.tail})
    if (result >= 0) result = put(fd, piece);
  if (result >= 0) result = static_cast<int>(sys::raw::call(SYS_lseek, fd, 0, 0));
  if (result >= 0) return fd;
  sys::raw::close(fd);
  return result;
}

// A bounded text in the caller's buffer.
class Text {
 public:
  Text(char* buffer, std::size_t size) noexcept : buffer_(buffer), size_(size) { buffer_[0] = '\0'; }
  Text& add(std::string_view text) noexcept {
    const std::size_t room = size_ - 1 - used_;
    const std::size_t length = text.size() < room ? text.size() : room;
    memcpy(buffer_ + used_, text.data(), length);
    used_ += length;
    buffer_[used_] = '\0';
    return *this;
  }
  // The end of what the hook printed, for as much room as there is.
  void add_tail(int output) noexcept {
    const long end = sys::raw::call(SYS_lseek, output, 0, 2);
    const long room = static_cast<long>(size_ - 1 - used_);
    if (end <= 0 || room <= 2) return;
    add(": ");
    const long from = end > room - 2 ? end - (room - 2) : 0;
    const long got = sys::raw::call(SYS_pread64, output, buffer_ + used_, size_ - 1 - used_, from);
    if (got > 0) used_ += static_cast<std::size_t>(got);
    while (used_ > 0 && (buffer_[used_ - 1] == '\n' || buffer_[used_ - 1] == ' ')) --used_;
    buffer_[used_] = '\0';
  }

 private:
  char* buffer_;
  std::size_t size_;
  std::size_t used_ = 0;
};

// What a talkative hook has written long ago goes back to the system: the end is all that a message needs.
void trim(int output) noexcept {
  constexpr long kKept = 1 << 20, kGranularity = 1 << 16;
  constexpr int kPunchHole = 0x03;  // FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
  const long end = sys::raw::call(SYS_lseek, output, 0, 2);
  if (end > kKept)
    (void)sys::raw::call(SYS_fallocate, output, kPunchHole, 0, (end - kKept) / kGranularity * kGranularity);
}

long wait_for_end(int pidfd, std::int64_t deadline, int output, int* status) noexcept {
  constexpr std::int64_t kPeriod = 100'000'000;
  for (;;) {
    const std::int64_t next = sys::raw::monotonic_ns() + kPeriod;
    if (deadline >= 0 && deadline <= next) return sys::wait_spawned(pidfd, deadline, status);
    pollfd poll{pidfd, POLLIN, 0};
    if (const int ready = sys::raw::poll_until(&poll, 1, next); ready < 0) return ready;
    if (poll.revents != 0) return sys::wait_spawned(pidfd, -1, status);
    trim(output);
  }
}

int judge(long waited, int status, int output, Text& text) noexcept {
  char digits[24];
  if (waited == -ETIMEDOUT) {
    text.add("hook ran past specified timeout").add_tail(output);
    return -ETIMEDOUT;
  }
  if (waited < 0) return static_cast<int>(waited);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
  if (WIFSIGNALED(status)) {
    text.add("killed by signal ").add(number(WTERMSIG(status), digits));
    if (WTERMSIG(status) == SIGSYS) text.add(" (bad system call: refused by seccomp)");
  } else {
    text.add("exit status ").add(number(WEXITSTATUS(status), digits));
  }
  text.add_tail(output);
  return -ECANCELED;
}

}  // namespace

int run_hook(const HookPlan& hook, const HookState& state, char* const* environment, const char* directory,
             char* detail, std::size_t size) noexcept {
  Text text(detail, size);
  const int input = make_input(state);
  if (input < 0) return input;
  const int output = make_memory_file();
  if (output < 0) {
    sys::raw::close(input);
    return output;
  }
  sys::Spawn spawn;
  spawn.path = hook.path.c_str();
  spawn.argv = hook.argv.data();
  spawn.envp = hook.inherit_environment ? environment : hook.envp.data();
  spawn.directory = directory;
  spawn.stdin_fd = input;
  spawn.stdout_fd = hook.stdout_fd >= 0 ? hook.stdout_fd : output;
  spawn.stderr_fd = hook.stderr_fd >= 0 ? hook.stderr_fd : output;
  const std::int64_t deadline = hook.timeout_ns < 0 ? -1 : sys::raw::monotonic_ns() + hook.timeout_ns;
  int pidfd = -1;
  int status = 0;
  const long pid = sys::spawn(spawn, &pidfd);
  int result = static_cast<int>(pid);
  if (pid > 0) {
    const long waited = wait_for_end(pidfd, deadline, output, &status);  // before `status` is read
    result = judge(waited, status, output, text);
    sys::raw::close(pidfd);
  }
  sys::raw::close(input);
  sys::raw::close(output);
  return result < 0 ? result : 0;
}

}  // namespace masu::container
