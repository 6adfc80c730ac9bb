// SPDX-License-Identifier: Apache-2.0
//
// One case at one worker: the container is made, the command runs with a fault, and what is there then is
// judged.
#pragma once

#include "cases.h"
#include "tracer.h"

#include <optional>
#include <string>
#include <vector>

namespace masu::faults {

enum class Outcome { unreached, killed, reported, harmless, warned, bad };

struct Verdict {
  Outcome outcome = Outcome::bad;
  std::string text;  ///< what is bad, or the runtime's own words
  long number = -1;  ///< of the call that had the fault
};

class Trial {
 public:
  /// `token` is in the name of every cgroup of the container's.
  Trial(const Case& what, std::string token);

  /// Runs the command undisturbed, twice: its calls, and what its success looks like. Nothing if it does not
  /// work.
  std::optional<std::map<std::string, std::vector<long>>> count(std::string& complaint);

  /// Runs it with the fault, looks at what is there, cleans up by `delete --force` twice, and looks again.
  Verdict run(const Point& point);

 private:
  Program program(std::vector<std::string> arguments, const char* output) const;
  std::string native(std::vector<std::string> arguments) const;
  std::string status() const;
  bool wait_for_status(const std::string& wanted) const;

  std::string prepare();
  Run traced(const Point& point);
  std::string evidence(const std::string& expected_status);
  bool is_on_its_own(const Point& point, const Run& run) const;
  Verdict judge(const Point& point, const Run& run);
  std::string control() const;
  std::string remove() const;

  const Case& case_;
  std::string token_;
  std::string bundle_;
  std::string root_;  // the runtime's --root
  std::string container_out_;
  pid_t init_ = 0;
  std::map<std::string, std::vector<long>> calls_;  // of an undisturbed run
  std::string status_;                              // after an undisturbed run
  std::string evidence_;                            // of one
  std::vector<std::string> surroundings_;
};

}  // namespace masu::faults
