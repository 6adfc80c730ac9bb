// SPDX-License-Identifier: Apache-2.0
#include "children.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <csignal>

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace masu::shim {

Result<std::unique_ptr<Children>> Children::make(Loop& loop) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &mask, nullptr) != 0) return fail(Error::sys(errno, "block SIGCHLD"));
  sys::Fd signals(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) return fail(Error::sys(errno, "signalfd"));
  std::unique_ptr<Children> children(new Children(loop, std::move(signals)));
  Children* self = children.get();
  TRY(loop.watch(children->signals_.get(), EPOLLIN, [self](std::uint32_t) { self->reap(); }));
  return children;
}

void Children::expect(pid_t pid, OnExit on_exit) {
  if (const auto orphan = orphans_.find(pid); orphan != orphans_.end()) {
    const int status = orphan->second;
    orphans_.erase(orphan);
    loop_.later([on_exit = std::move(on_exit), status] { on_exit(status); });
    return;
  }
  expected_[pid] = std::move(on_exit);
}

void Children::release() {
  if (--holds_ == 0) orphans_.clear();
}

void Children::reap() {
  signalfd_siginfo info;
  while (sys::raw::read(signals_.get(), &info, sizeof info) > 0) {
  }
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (const auto found = expected_.find(pid); found != expected_.end()) {
      const OnExit on_exit = std::move(found->second);
      expected_.erase(found);
      on_exit(status);
    } else if (holds_ > 0) {
      orphans_[pid] = status;
    }
  }
}

}  // namespace masu::shim
