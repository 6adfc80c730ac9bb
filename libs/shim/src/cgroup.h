// SPDX-License-Identifier: Apache-2.0
//
// The container's cgroups, whichever runtime made them: read from its first process.
#pragma once

#include "loop.h"
#include "masu/cgroups/manager.h"

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace masu::shim {

class Cgroup {
 public:
  explicit Cgroup(Loop& loop) : loop_(loop) {}
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  /// Looks up the cgroups of `pid`; only those that are not ours too are the container's. Calls `oom` when
  /// the kernel has killed one of its processes for want of memory.
  Result<> find(pid_t pid, std::function<void(const cgroups::OomWatch::Event&)> oom);
  void forget();

  /// A last look, after the end.
  void take_oom();
  /// SIGKILL to all processes.
  Result<> kill_all() const;
  Result<cgroups::Stats> stats() const;

 private:
  Loop& loop_;
  std::optional<cgroups::Manager> manager_;
  std::optional<cgroups::OomWatch> watch_;
  std::function<void(const cgroups::OomWatch::Event&)> on_oom_;
};

/// The JSON of GET /stats.
std::string stats_json(const cgroups::Stats& stats);

}  // namespace masu::shim
