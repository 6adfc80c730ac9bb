// SPDX-License-Identifier: Apache-2.0
#include "refusal_watch.h"

#include "masu/seccomp/refusals.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::container {

struct RefusalWatch::Table {
  static constexpr std::size_t kRoom = 64;
  std::atomic<std::uint32_t> used = 0;
  RefusedCall calls[kRoom];

  void count(const seccomp_data& call, std::uint32_t answer) {
    const auto same = [&](const RefusedCall& seen) {
      return seen.number == call.nr && seen.arch == call.arch && seen.answer == answer;
    };
    const std::uint32_t end = used;
    if (auto* seen = std::find_if(calls, calls + end, same); seen != calls + end) {
      ++seen->count;
    } else if (end < kRoom) {
      calls[end] = {call.nr, call.arch, answer, 1};
      used = end + 1;  // now it may be read
    }
  }
};

namespace {

constexpr unsigned long kReceive = SECCOMP_IOCTL_NOTIF_RECV;
constexpr unsigned long kSend = SECCOMP_IOCTL_NOTIF_SEND;

void answer(int listener, const seccomp_notif& asked, std::uint32_t verdict) {
  seccomp_notif_resp reply{};
  reply.id = asked.id;
  reply.error = -EPERM;
  switch (verdict & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ERRNO:
      reply.error = -static_cast<std::int32_t>(verdict & SECCOMP_RET_DATA);
      break;
    case SECCOMP_RET_TRAP:
      (void)kill(static_cast<pid_t>(asked.pid), SIGSYS);
      break;
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_KILL_PROCESS:
      // The kernel's own SIGSYS would end the first process of a pid namespace; one of ours would not.
      (void)kill(static_cast<pid_t>(asked.pid), SIGKILL);
      break;
    default:
      break;
  }
  (void)sys::raw::call(SYS_ioctl, listener, kSend, &reply);
}

// Until nobody is left who has the filter (POLLHUP).
template <class Table>
[[noreturn]] void serve(int listener, const seccomp::Program& profile, Table& table) {
  (void)sys::raw::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd ready{listener, POLLIN, 0};
  while (sys::raw::poll_until(&ready, 1, -1) > 0 && (ready.revents & POLLIN) != 0) {
    seccomp_notif asked{};
    if (sys::raw::call(SYS_ioctl, listener, kReceive, &asked) < 0) continue;  // the process has gone
    const std::uint32_t verdict = seccomp::evaluate(profile, asked.data);
    table.count(asked.data, verdict);
    answer(listener, asked, verdict);
  }
  _exit(0);
}

}  // namespace

Result<RefusalWatch> RefusalWatch::start(const sys::Fd& listener, const seccomp::Program& profile) {
  void* memory = mmap(nullptr, sizeof(Table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return fail(Error::sys(errno, "map memory"));
  auto* table = new (memory) Table;
  const pid_t pid = fork();
  if (pid == 0) serve(listener.get(), profile, *table);
  if (pid < 0) {
    const int error = errno;
    munmap(memory, sizeof(Table));
    return fail(Error::sys(error, "start a process"));
  }
  return RefusalWatch(pid, table);
}

RefusalWatch::RefusalWatch(RefusalWatch&& other) noexcept
    : server_(std::exchange(other.server_, -1)), table_(std::exchange(other.table_, nullptr)) {}

RefusalWatch::~RefusalWatch() {
  if (server_ <= 0) return;
  (void)kill(server_, SIGKILL);
  while (waitpid(server_, nullptr, 0) < 0 && errno == EINTR) {
  }
  munmap(table_, sizeof(Table));
}

std::vector<RefusedCall> RefusalWatch::calls() const {
  return {table_->calls, table_->calls + table_->used.load()};
}

}  // namespace masu::container
