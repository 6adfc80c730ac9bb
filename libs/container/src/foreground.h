// SPDX-License-Identifier: Apache-2.0
//
// The foreground of `run` and `exec`: we stand between a terminal (or a caller that sends signals) and one
// child of ours, until that has ended. See terminals.md of runc for the modes: with `master` this is its "new
// terminal", without it the child has inherited our stdio and only signals pass through us.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"

#include <cstdint>

namespace masu::container {

/// Blocks all signals as long as it lives, so that none is lost or fatal between the container's creation and
/// supervise(), which takes them from a signalfd(2). Construct it before the container: the child has to
/// reset its own mask. Also ends an inherited SIG_IGN of SIGCHLD, under which the kernel would throw our
/// child's status away (waitpid(2)).
class [[nodiscard]] SignalGate {
 public:
  SignalGate() noexcept;
  SignalGate(const SignalGate&) = delete;
  SignalGate& operator=(const SignalGate&) = delete;
  ~SignalGate();

 private:
  std::uint64_t mask_ = 0;
  bool child_was_ignored_ = false;
};

/// Makes a terminal that will be relayed what it has to be before the program can write to it: newlines stay
/// what they are, since our own terminal adds the carriage returns, and it has the size of ours.
void adopt_terminal(const sys::Fd& master) noexcept;

struct Foreground {
  sys::Fd master;  ///< the master of the child's terminal, to relay to our stdin and stdout; or none
  bool forward_signals =
      true;  ///< false: signals stay blocked for the caller, but for SIGCHLD, SIGWINCH and SIGCONT
  /// How long a reader of our stdout may take nothing once the child has ended, before the rest is dropped.
  std::int64_t patience_ns = 10'000'000'000;
};

/// Waits for `child`, a child of this process, and yields its exit code, or 128+N after signal N. Until then:
/// - every signal goes to the child but SIGCHLD (orphans that we have adopted are reaped), SIGWINCH (the
/// child's terminal
///   gets the size of ours) and SIGURG (Go programs send it to themselves). SIGTSTP and SIGCONT too go to the
///   child and do not stop us, as with runc and crun;
/// - terminal and stdio are relayed with back-pressure, our terminal in raw mode. What the child has written
/// before its
///   end is written out before this returns, unless the reader takes nothing for `patience_ns`. When the
///   reader has gone, the child's terminal hangs up.
/// A SignalGate has to stand around the call; the program has a single thread and no other child to wait for.
Result<int> supervise(const sys::Process& child, Foreground&& foreground);

}  // namespace masu::container
