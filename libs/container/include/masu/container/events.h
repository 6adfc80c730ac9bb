// SPDX-License-Identifier: Apache-2.0
//
// What a running container uses, once or again and again, and when memory runs out in it.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/stats.h"
#include "masu/cgroups/watch.h"
#include "masu/container/container.h"
#include "masu/container/rdt_stats.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace masu::container {

struct Stats : cgroups::Stats {
  std::optional<RdtStats> rdt;  ///< nothing without linux.intelRdt
};

/// Kind::invalid_state if the container does not run, Kind::unsupported if it was made without cgroups.
Result<Stats> stats(const Context& context, const std::string& id);

/// For a loop of the caller's own. Nothing where the container has no memory controller. Errors as stats().
Result<std::optional<cgroups::OomWatch>> watch_oom(const Context& context, const std::string& id);

struct Follower {
  std::chrono::nanoseconds interval{};  ///< between two calls of on_stats, > 0; the first comes after one
  /// An error of either ends follow() with it.
  std::function<Result<>(const Stats&)> on_stats;
  std::function<Result<>(const cgroups::OomWatch::Event&)> on_oom;
  std::vector<cgroups::PressureTrigger> pressure =
      {};  ///< cgroup v2; Kind::unsupported where it cannot be watched
  std::function<Result<>(const cgroups::PressureTrigger&)> on_pressure = {};
  /// Where the results go: with its last reader gone, follow() returns. Not owned; -1: nothing is watched.
  int output = -1;
};

/// Returns when the container has ended. Errors as stats().
Result<> follow(const Context& context, const std::string& id, const Follower& follower);

}  // namespace masu::container
