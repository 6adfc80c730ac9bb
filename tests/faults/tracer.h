// SPDX-License-Identifier: Apache-2.0
//
// A program and all processes that it starts under ptrace(2), with one fault at one system call of one of
// them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace masu::faults {

enum class Fault { none, kill_at_entry, kill_at_exit, fail };

/// Processes are named by the way to them: "0" is the program, "0.1" the first that it starts, "0.1.2" the
/// second that this one starts, "init" a process that was there before.
struct Point {
  std::string process;
  std::size_t call = 0;  ///< how many calls of this process come before
  Fault fault = Fault::none;
  int err = 0;  ///< of Fault::fail
};

struct Program {
  std::vector<std::string> argv;
  std::string out;  ///< files for its output
  std::string err;
  unsigned user = 0;  ///< who runs it; the files for its output are root's
};

struct Run {
  int status = 0;     ///< of wait(2)
  bool hung = false;  ///< it was still there at the deadline, and has been killed
  bool hit = false;   ///< the point was reached
  long number = -1;   ///< of the call there
  int err = 0;        ///< that it failed with
  std::map<std::string, std::vector<long>>
      calls;  ///< the numbers of all; with a fault, those of its process up to there
};

inline constexpr std::int64_t kPatience =
    30'000'000'000;  ///< nanoseconds for one program, on a loaded machine

/// Runs `program` with a fault at `point`. `init` (0: none) is traced with it. A process is let go once it
/// executes another program, and all that are left once the program has ended and waits for nothing but
/// `start`.
Run run_traced(const Program& program, const Point& point, pid_t init);

/// Runs it as it is.
Run run_plain(const Program& program);

/// Ends with SIGALRM's help: waitpid(2) that comes back twice a second.
void start_ticking();

}  // namespace masu::faults
