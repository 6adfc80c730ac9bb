// SPDX-License-Identifier: Apache-2.0
//
// Everything that ends below us. A supervisor is a subreaper (PR_SET_CHILD_SUBREAPER), so containers, their
// exec'd processes and whatever those leave behind become children of its. Until somebody has made a record
// of how a process ended, the record is its zombie: it outlives us, and its next parent finds it.
#pragma once

#include "masu/event/loop.h"

#include <functional>
#include <map>
#include <memory>
#include <set>

#include <sys/types.h>

namespace masu::event {

class Children {
 public:
  using OnExit = std::function<void(int status)>;  ///< as waitpid(2)

  /// Blocks SIGCHLD and takes it from a signalfd.
  static Result<std::unique_ptr<Children>> make(Loop& loop);

  /// Tells when the child has ended, also if it has already. It stays a zombie until settle().
  void expect(pid_t pid, OnExit on_exit);
  void forget(pid_t pid) { expected_.erase(pid); }
  /// Its end is recorded, or does not matter: reaps it as soon as it has ended.
  void settle(pid_t pid);
  /// While held, children that nobody expects stay zombies, too: a runtime's `create` leaves one behind whose
  /// pid is known only after it.
  void hold() { ++holds_; }
  void release();

 private:
  Children(Loop& loop, sys::Fd signals) : loop_(loop), signals_(std::move(signals)) {}
  void on_signal();
  void check_expected();
  void sweep();

  Loop& loop_;
  sys::Fd signals_;
  std::map<pid_t, OnExit> expected_;
  std::set<pid_t> ended_;  // told of, but not settled
  unsigned holds_ = 0;
};

}  // namespace masu::event
