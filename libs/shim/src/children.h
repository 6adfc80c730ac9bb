// SPDX-License-Identifier: Apache-2.0
//
// Everything that ends below us. The shim is a subreaper (PR_SET_CHILD_SUBREAPER), so containers, their
// exec'd processes and whatever those leave behind become its children. All are reaped; those that somebody
// expects are told of.
#pragma once

#include "loop.h"

#include <functional>
#include <map>
#include <memory>

#include <sys/types.h>

namespace masu::shim {

class Children {
 public:
  using OnExit = std::function<void(int status)>;  ///< as waitpid(2)

  /// Blocks SIGCHLD and takes it from a signalfd.
  static Result<std::unique_ptr<Children>> make(Loop& loop);

  /// Tells when the child has ended; also if it has been reaped already, while somebody held orphans.
  void expect(pid_t pid, OnExit on_exit);
  void forget(pid_t pid) { expected_.erase(pid); }
  /// While held, the statuses of unexpected children are kept: a runtime's `create` leaves one behind whose
  /// pid is known only after it.
  void hold() { ++holds_; }
  void release();

 private:
  Children(Loop& loop, sys::Fd signals) : loop_(loop), signals_(std::move(signals)) {}
  void reap();

  Loop& loop_;
  sys::Fd signals_;
  std::map<pid_t, OnExit> expected_;
  std::map<pid_t, int> orphans_;
  unsigned holds_ = 0;
};

}  // namespace masu::shim
