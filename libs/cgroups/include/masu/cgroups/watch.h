// SPDX-License-Identifier: Apache-2.0
//
// Events of a container's cgroups as file descriptors for a poll(2) loop: the OOM killer, and pressure.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/root.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace masu::cgroups {

/// Watches for the OOM killer: an eventfd of memory.oom_control on v1, inotify on memory.events on v2. Made
/// by Manager::watch_oom().
class OomWatch {
 public:
  struct Event {
    bool oom = false;         ///< memory ran out; on v2 once that has taken a process
    std::uint64_t kills = 0;  ///< processes that were killed for it since the last event
    /// The directory whose limit was hit: the container's own, or that of an ancestor, which takes a process
    /// of the container for a shortage that is not the container's. Empty if no cgroup's limit was (the
    /// machine's memory has run out), and on v1, which does not tell.
    std::string cause;
    bool gone = false;  ///< the cgroup is removed or has no process left: nothing will come any more
  };

  /// Readable (POLLIN) when there is something to take.
  int fd() const { return fd_.get(); }
  /// Takes what has happened since the last call, on v2 even if fd() does not tell of it yet. Does not block;
  /// all members are empty if nothing has.
  Result<Event> take();

 private:
  friend class Manager;
  struct Limit {
    std::string directory;
    std::uint64_t hits = 0;  ///< how often memory has run out at its limit
  };
  explicit OomWatch(Root root) : root_(std::move(root)) {}
  Result<> start_v1();
  Result<> start_v2(const std::string& mount);
  Result<Event> take_v1();
  Result<Event> take_v2();
  Result<std::optional<std::uint64_t>> read_hits(const std::string& path) const;

  Root root_;
  std::string directory_;
  sys::Fd fd_;
  std::uint64_t kills_ = 0;
  std::vector<Limit> limits_;  ///< v2: the container's cgroup and those above it
};

/// A threshold of pressure: `stall_us` microseconds within any `window_us` (500 ms to 10 s; a multiple of 2 s
/// without CAP_SYS_RESOURCE).
struct PressureTrigger {
  enum class Resource { cpu, memory, io };
  Resource resource = Resource::memory;
  bool full = false;  ///< all tasks were held up, not just one
  std::uint32_t stall_us = 300'000;
  std::uint32_t window_us = 2'000'000;
};

}  // namespace masu::cgroups
