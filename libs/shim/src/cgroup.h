// SPDX-License-Identifier: Apache-2.0
//
// The container's cgroups, whichever runtime made them: read from its first process.
#pragma once

#include "masu/cgroups/manager.h"
#include "masu/event/loop.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::shim {

/// /proc/<pid>/cgroup. A zombie has left those of v1 already: it is read early.
Result<std::string> read_cgroups(std::string_view process);

class Cgroup {
 public:
  explicit Cgroup(event::Loop& loop) : loop_(loop) {}
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  /// Takes the cgroups that /proc/<pid>/cgroup names in `text`; only those that are not ours too are the
  /// container's. Calls `oom` when the kernel has killed one of its processes for want of memory.
  Result<> find(std::string_view text, std::function<void(const cgroups::OomWatch::Event&)> oom);
  void forget();

  /// A last look, after the end.
  void take_oom();
  /// How often the kernel has killed one of its processes for want of memory, since the cgroup was made.
  std::uint64_t oom_kills() const { return manager_ ? manager_->oom_kills() : 0; }
  /// SIGKILL to all processes.
  Result<> kill_all() const;
  Result<cgroups::Stats> stats() const;
  Result<std::vector<pid_t>> pids() const;

 private:
  event::Loop& loop_;
  std::optional<cgroups::Manager> manager_;
  std::optional<cgroups::OomWatch> watch_;
  std::function<void(const cgroups::OomWatch::Event&)> on_oom_;
};

/// The JSON of GET /stats.
std::string stats_json(const cgroups::Stats& stats);

}  // namespace masu::shim
