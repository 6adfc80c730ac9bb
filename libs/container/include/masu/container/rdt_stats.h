// SPDX-License-Identifier: Apache-2.0
//
// What a container's share of cache and memory bandwidth is, and what it has used of both (linux.intelRdt).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace masu::container {

/// What resctrl tells of the container's group of linux.intelRdt (runc's type, member by member).
struct RdtStats {
  struct CacheInfo {  ///< of info/L3
    std::string cbm_mask;
    std::uint64_t min_cbm_bits = 0;
    std::uint64_t num_closids = 0;
  };
  struct BandwidthInfo {  ///< of info/MB
    std::uint64_t bandwidth_gran = 0;
    std::uint64_t delay_linear = 0;
    std::uint64_t min_bandwidth = 0;
    std::uint64_t num_closids = 0;
  };
  struct Bandwidth {  ///< of one L3 domain, since its monitoring began
    std::uint64_t total = 0;
    std::uint64_t local = 0;
  };
  std::optional<CacheInfo> cache;             ///< the machine can share out its L3 cache
  std::optional<BandwidthInfo> bandwidth;     ///< the machine can share out its memory bandwidth
  std::string cache_root, cache_own;          ///< the lines `L3:…` of the root group and of the container's
  std::string bandwidth_root, bandwidth_own;  ///< the lines `MB:…`
  std::vector<std::string> schemata;          ///< all lines of the container's group
  std::vector<Bandwidth> used_bandwidth;      ///< by domain; empty if it is not counted
  std::vector<std::uint64_t> occupied_cache;  ///< bytes, by domain; empty if it is not counted
};

}  // namespace masu::container
