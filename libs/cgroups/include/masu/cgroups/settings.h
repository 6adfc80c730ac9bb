// SPDX-License-Identifier: Apache-2.0
//
// From linux.resources to the files of the kernel: a pure function for each of v1 and v2. What it returns can
// be printed, compared and tested without a kernel; Manager::apply walks it.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::cgroups {

/// Settings of one group depend on each other's present values: one that the kernel refuses with EINVAL is
/// tried again after the others have been written.
enum class Group { none, memory, bandwidth, realtime };

/// One write to one file of a controller's directory.
struct Setting {
  std::string controller;  ///< "memory"; "cgroup" for files of the v2 core
  std::string file;        ///< "memory.max"
  std::string value;
  std::string json_path;  ///< the member of the config that asks for it
  Group group = Group::none;
  /// The value is what the kernel does without the file, so that its absence (ENOENT, EOPNOTSUPP) is no
  /// error.
  bool optional = false;
  std::string other_file = {};  ///< written with other_value where `file` is not there; empty: nothing
  std::string other_value = {};

  friend bool operator==(const Setting&, const Setting&) = default;
};

/// Limits as v1 files, in the order of writing. `unified` is refused here.
Result<std::vector<Setting>> settings_v1(const spec::Resources& resources);
/// Limits as v2 files, `unified` last: it overrides what is computed.
Result<std::vector<Setting>> settings_v2(const spec::Resources& resources);

/// cpu.shares → cpu.weight: 2 → 1, 1024 → 100, 262144 → 10000 (the formula of runc 1.3.2 and crun 1.23); 0 →
/// nothing.
std::optional<std::uint64_t> weight_of_shares(std::uint64_t shares);
/// blkio.weight (10–1000) → io.weight (1–10000).
std::uint64_t io_weight_of_blkio(std::uint64_t weight);
/// v1's memory+swap → v2's memory.swap.max, -1 being "max"; nothing: leave the file alone.
Result<std::optional<std::int64_t>> swap_max_of_memory_swap(std::optional<std::int64_t> memory_swap,
                                                            std::optional<std::int64_t> memory);

}  // namespace masu::cgroups
