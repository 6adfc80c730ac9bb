// SPDX-License-Identifier: Apache-2.0
//
// What is tried: each command of the runtime that does something, on a container in the state that it wants.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace masu::faults {

/// An ordinary user, without subordinate ids; tests/faults/run gives it its bundle.
inline constexpr unsigned kOrdinaryUser = 23456;

enum class Before { nothing, created, running, paused, stopped };

struct Case {
  const char* name;
  const char* bundle;  ///< a folder below kHome
  Before before;
  std::vector<std::string> command;  ///< @BUNDLE@, @HOME@ stand for paths
  /// The states that the container may be in once the command was killed or has failed; empty: any, and none.
  std::vector<std::string> then = {};
  /// The state that it comes to after a success; empty: the one that it has then.
  const char* settles = "";
  bool follows_init = false;  ///< the container's process has faults too
  bool cold = false;          ///< there is no state directory yet
  bool vague = false;         ///< the output has times and pids
  unsigned user = 0;          ///< who runs the runtime
};

std::span<const Case> cases();

}  // namespace masu::faults
