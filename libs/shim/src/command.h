// SPDX-License-Identifier: Apache-2.0
//
// One run of another program: the runtime, the exit command. Its output goes to memory files, so nobody has
// to pump pipes; its end, or its deadline, calls back.
#pragma once

#include "masu/event/children.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace masu::shim {

struct Order {
  std::vector<std::string> words;             ///< words[0] is an absolute path
  std::array<int, 3> stdio{-1, -1, -1};       ///< -1: /dev/null for stdin, a memory file for the others
  std::int64_t deadline_ns = 0;               ///< then it is killed; 0: when a call of the runtime is
  std::vector<std::string> environment = {};  ///< "NAME=value" beside what we have
  std::string directory = {};
  unsigned sockets = 0;                      ///< it gets those of LISTEN_FDS, from 3 on
  bool dies_with_us = false;                 ///< SIGKILL when the shim is killed
  bool leaves_child = false;                 ///< its orphan is wanted: see run_command()
  std::shared_ptr<void> until_started = {};  ///< let go of as soon as the program runs: our copies of its fds
};

struct Outcome {
  int status = -1;  ///< as waitpid(2); -1: never ran
  bool timed_out = false;
  std::string output;
  std::string errors;  ///< stderr, or why it could not be run
  std::string log;     ///< what a runtime has written to its log

  bool ok() const { return status == 0 && !timed_out; }
};

/// Ended by a signal: our own at the deadline, or another's. A shell between us and the program says so by
/// its exit code.
bool was_killed(const Outcome& outcome);

/// When memory runs out, shim and keeper are to be the last (oom_score_adj of proc(5)), as far as we may ask
/// for that; what they run gets back what they had.
void protect_from_oom();

/// With `leaves_child` orphans are held from before the start until `done` has returned. Others that end
/// meanwhile wait for that, too, and the first process of a pid namespace does not end before they are
/// reaped: not with commands that wait for it.
void run_command(event::Loop& loop, event::Children& children, Order order,
                 std::function<void(Outcome)> done);

}  // namespace masu::shim
