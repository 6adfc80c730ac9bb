// SPDX-License-Identifier: Apache-2.0
//
// Parsers of the kernel's cgroup files. They take bytes and return values: no file is opened here.
// Formats: Documentation/admin-guide/cgroup-v2.rst, "Interface Files".
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace masu::cgroups {

/// "max" in a v2 file.
inline constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

/// A file of one number ("4096\n", "max\n"); v1's -1 is kMax too.
Result<std::uint64_t> parse_single_value(std::string_view text);

/// A flat keyed file ("oom 0\noom_kill 1\n"): the value of `key`, or nothing.
std::optional<std::uint64_t> find_flat(std::string_view text, std::string_view key);
/// All pairs of a flat keyed file, in file order.
Result<std::vector<std::pair<std::string_view, std::uint64_t>>> parse_flat_keyed(std::string_view text);

/// One line of a nested keyed file: "8:16 rbps=1048576 wbps=max".
struct NestedLine {
  std::string_view key;
  std::vector<std::pair<std::string_view, std::string_view>> values;

  std::optional<std::uint64_t> find(std::string_view name) const;
};
Result<std::vector<NestedLine>> parse_nested_keyed(std::string_view text);

/// cgroup.procs, tasks, cgroup.threads: one number a line. 0 stands for a process that our pid namespace
/// cannot name.
Result<std::vector<pid_t>> parse_pids(std::string_view text);

/// "8:16", as in the keys of io.stat.
struct DeviceNumber {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
};
std::optional<DeviceNumber> parse_device_number(std::string_view text);

/// A list of CPUs or memory nodes: "0-3,8"; empty for none (cpuset(7), "List format").
Result<std::vector<std::uint16_t>> parse_number_list(std::string_view text);

/// Pressure stall information of one resource (Documentation/accounting/psi.rst).
struct Pressure {
  struct Line {
    std::uint32_t avg10 = 0;  ///< hundredths of a percent of the last 10 seconds: 1.53 % is 153
    std::uint32_t avg60 = 0;
    std::uint32_t avg300 = 0;
    std::uint64_t total = 0;  ///< microseconds
    friend bool operator==(const Line&, const Line&) = default;
  };
  Line some;  ///< at least one task was held up
  Line full;  ///< all were; nothing for cpu before Linux 5.13
  friend bool operator==(const Pressure&, const Pressure&) = default;
};
/// cpu.pressure, memory.pressure, io.pressure.
Result<Pressure> parse_pressure(std::string_view text);

/// One number about one block device.
struct BlockEntry {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::string operation;  ///< "Read", "Write", "Sync" …; empty where the file makes no difference
  std::uint64_t value = 0;
  friend bool operator==(const BlockEntry&, const BlockEntry&) = default;
};
/// v1's blkio files: "8:0 Read 4096" or "8:0 17" a line; their lines of totals are left out.
Result<std::vector<BlockEntry>> parse_block_entries(std::string_view text);

/// One line of /proc/<pid>/cgroup: "4:memory:/user.slice", "0::/init.scope".
struct OwnCgroup {
  std::uint32_t hierarchy = 0;
  std::string_view controllers;  ///< "cpu,cpuacct", "name=systemd"; empty on v2
  std::string_view path;  ///< may hold ':' and may begin with "/.." outside of the reader's cgroup namespace
};
Result<std::vector<OwnCgroup>> parse_own_cgroups(std::string_view text);

}  // namespace masu::cgroups
