// SPDX-License-Identifier: Apache-2.0
//
// What a container uses, read from all its cgroups at one time: one shape for v1 and v2. A member that the
// kernel does not count stays 0, or empty; what v2 counts in another unit or in other parts is brought to
// v1's meaning, which is what engines expect (nanoseconds; swap as memory and swap together).
#pragma once

#include "masu/cgroups/files.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace masu::cgroups {

struct CpuStats {
  std::uint64_t total = 0;  ///< nanoseconds, as all of them
  std::uint64_t user = 0;
  std::uint64_t kernel = 0;
  std::vector<std::uint64_t> percpu;  ///< v1 only, as the next two; the index is the CPU
  std::vector<std::uint64_t> percpu_user;
  std::vector<std::uint64_t> percpu_kernel;
  std::uint64_t periods = 0;            ///< enforcement intervals of the quota that have passed
  std::uint64_t throttled_periods = 0;  ///< those in which the quota was used up
  std::uint64_t throttled = 0;
  std::uint64_t burst_periods = 0;
  std::uint64_t burst = 0;
  std::optional<Pressure> pressure;
};

/// v1's files; on v2 only the lists, as they are in effect.
struct CpusetStats {
  std::vector<std::uint16_t> cpus;
  std::vector<std::uint16_t> mems;
  std::uint64_t cpu_exclusive = 0;
  std::uint64_t mem_hardwall = 0;
  std::uint64_t mem_exclusive = 0;
  std::uint64_t memory_migrate = 0;
  std::uint64_t memory_spread_page = 0;
  std::uint64_t memory_spread_slab = 0;
  std::uint64_t memory_pressure = 0;
  std::uint64_t sched_load_balance = 0;
  std::int64_t sched_relax_domain_level = 0;
};

/// Bytes; a limit of "max" is 2⁶⁴ − 1.
struct MemoryCounter {
  std::uint64_t limit = 0;
  std::uint64_t usage = 0;
  std::uint64_t max = 0;       ///< the highest usage so far
  std::uint64_t failures = 0;  ///< how often the limit stood in the way
  friend bool operator==(const MemoryCounter&, const MemoryCounter&) = default;
};

/// v2's memory.events, of the cgroup and all below it.
struct MemoryEvents {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t max = 0;
  std::uint64_t oom = 0;
  std::uint64_t oom_kill = 0;
  std::uint64_t oom_group_kill = 0;
};

struct MemoryStats {
  std::uint64_t cache = 0;
  MemoryCounter memory;
  MemoryCounter swap;                        ///< memory and swap together, on v2 too
  MemoryCounter kernel;                      ///< v1 only
  MemoryCounter kernel_tcp;                  ///< v1 only
  std::map<std::string, std::uint64_t> raw;  ///< memory.stat
  std::optional<MemoryEvents> events;
  std::optional<Pressure> pressure;
};

struct PidsStats {
  std::uint64_t current = 0;
  std::uint64_t limit = 0;  ///< 0: none
};

/// v1's recursive blkio files, those of BFQ before those of CFQ before those of throttling; on v2 the bytes
/// and counts of io.stat.
struct BlockStats {
  std::vector<BlockEntry> service_bytes;
  std::vector<BlockEntry> serviced;
  std::vector<BlockEntry> queued;
  std::vector<BlockEntry> service_time;
  std::vector<BlockEntry> wait_time;
  std::vector<BlockEntry> merged;
  std::vector<BlockEntry> time;
  std::vector<BlockEntry> sectors;
  std::optional<Pressure> pressure;
};

/// Of one page size. Where the kernel counts reservations (Linux 5.7), `reserved` has them.
struct HugepageStats {
  MemoryCounter used;
  std::optional<MemoryCounter> reserved;
};

struct RdmaEntry {
  std::string device;
  std::uint64_t handles = 0;
  std::uint64_t objects = 0;
  friend bool operator==(const RdmaEntry&, const RdmaEntry&) = default;
};
struct RdmaStats {
  std::vector<RdmaEntry> current;
  std::vector<RdmaEntry> limit;
};

struct MiscStats {
  std::uint64_t usage = 0;
  std::uint64_t limit = 0;   ///< kMax: none
  std::uint64_t events = 0;  ///< how often the limit stood in the way
};

struct Stats {
  CpuStats cpu;
  CpusetStats cpuset;
  MemoryStats memory;
  PidsStats pids;
  BlockStats block;
  std::map<std::string, HugepageStats> hugepages;  ///< by page size: "2MB"
  RdmaStats rdma;
  std::map<std::string, MiscStats> misc;  ///< by resource: "sev"
};

}  // namespace masu::cgroups
