// SPDX-License-Identifier: Apache-2.0
#include "masu/event/children.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <csignal>
#include <optional>

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace masu::event {
namespace {

struct Ended {
  pid_t pid;
  int status;  ///< as waitpid(2)
};

// A child that has ended; it stays one with WNOWAIT among the flags.
std::optional<Ended> find_ended(int kind, pid_t pid, int flags) {
  siginfo_t info{};
  constexpr int kCoreDumped = 0x80;
  const long found = sys::raw::call(SYS_waitid, kind, pid, &info, WEXITED | WNOHANG | flags, nullptr);
  if (found < 0 || info.si_pid == 0) return std::nullopt;
  const int status = info.si_status;
  if (info.si_code == CLD_EXITED) return Ended{info.si_pid, (status & 0xff) << 8};
  return Ended{info.si_pid, (status & 0x7f) | (info.si_code == CLD_DUMPED ? kCoreDumped : 0)};
}

}  // namespace

Result<std::unique_ptr<Children>> Children::make(Loop& loop) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &mask, nullptr) != 0) return fail(Error::sys(errno, "block SIGCHLD"));
  sys::Fd signals(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) return fail(Error::sys(errno, "signalfd"));
  std::unique_ptr<Children> children(new Children(loop, std::move(signals)));
  Children* self = children.get();
  TRY(loop.watch(children->signals_.get(), EPOLLIN, [self](std::uint32_t) { self->on_signal(); }));
  return children;
}

void Children::expect(pid_t pid, OnExit on_exit) {
  ended_.erase(pid);
  expected_[pid] = std::move(on_exit);
  loop_.later([this] { check_expected(); });
}

void Children::settle(pid_t pid) {
  expected_.erase(pid);
  ended_.erase(pid);
  (void)find_ended(P_PID, pid, 0);
  loop_.later([this] { sweep(); });
}

void Children::release() {
  if (--holds_ == 0) loop_.later([this] { sweep(); });
}

void Children::on_signal() {
  signalfd_siginfo info;
  while (sys::raw::read(signals_.get(), &info, sizeof info) > 0) {
  }
  check_expected();
  sweep();
}

void Children::check_expected() {
  for (auto next = expected_.begin(); next != expected_.end();) {
    const auto ended = find_ended(P_PID, next->first, WNOWAIT);
    if (!ended) {
      ++next;
      continue;
    }
    const OnExit on_exit = std::move(next->second);
    expected_.erase(next);
    ended_.insert(ended->pid);
    on_exit(ended->status);
    next = expected_.begin();  // whatever it has changed
  }
}

// Reaps those whom nobody expects. The kernel shows one zombie at a time: behind one that has to stay, the
// others wait for it to be settled. Whom a look has found may be there because somebody expected has ended
// at that very moment, and left it to us: that comes first.
void Children::sweep() {
  while (holds_ == 0 && ended_.empty()) {
    const auto stray = find_ended(P_ALL, 0, WNOWAIT);
    if (!stray) return;
    check_expected();
    if (holds_ > 0 || !ended_.empty() || expected_.contains(stray->pid)) return;
    (void)find_ended(P_PID, stray->pid, 0);
  }
}

}  // namespace masu::event
