// SPDX-License-Identifier: Apache-2.0
//
// The options of `update`, and the limits that they ask for.
#pragma once

#include "globals.h"
#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/parse.h"
#include "masu/spec/config.h"

#include <string_view>

namespace masu::runtime {

constexpr cli::Option limit_option(std::string_view name, std::string_view argument, std::string_view help) {
  return {.name = name, .takes = Takes::value, .argument = argument, .help = help};
}

inline constexpr cli::Option kResources{
    .name = "resources",
    .letter = 'r',
    .takes = Takes::value,
    .argument = "FILE",
    .values = cli::kFiles,
    .help =
        "read the limits from FILE, or with - from standard input: a JSON object as "
        "linux.resources of config.json; other options are then ignored"};
inline constexpr cli::Option kBlkioWeight =
    limit_option("blkio-weight", "WEIGHT", "share of block I/O, 10 to 1000");
inline constexpr cli::Option kCpuPeriod =
    limit_option("cpu-period", "USEC", "period of the CPU quota; alone it keeps the quota");
inline constexpr cli::Option kCpuQuota =
    limit_option("cpu-quota", "USEC", "CPU time in each period, -1 for no limit");
inline constexpr cli::Option kCpuBurst = limit_option(
    "cpu-burst", "USEC", "CPU time that may be saved up in quiet periods and used above the quota");
inline constexpr cli::Option kCpuShare =
    limit_option("cpu-share", "SHARES", "weight against other containers");
inline constexpr cli::Option kCpuRtPeriod =
    limit_option("cpu-rt-period", "USEC", "period of the real-time limit; cgroup v1 only");
inline constexpr cli::Option kCpuRtRuntime =
    limit_option("cpu-rt-runtime", "USEC", "real-time CPU time in each period; cgroup v1 only");
inline constexpr cli::Option kCpuIdle =
    limit_option("cpu-idle", "0|1", "1: run only when nothing else wants the CPU");
inline constexpr cli::Option kCpusetCpus = limit_option("cpuset-cpus", "LIST", "CPUs to run on: 0-2,7");
inline constexpr cli::Option kCpusetMems = limit_option("cpuset-mems", "LIST", "memory nodes to use");
inline constexpr cli::Option kMemory =
    limit_option("memory", "BYTES", "memory limit, with a suffix k, m, g; -1 for no limit");
inline constexpr cli::Option kMemoryReservation = limit_option(
    "memory-reservation", "BYTES", "memory that is left to the container when the machine runs short");
inline constexpr cli::Option kMemorySwap =
    limit_option("memory-swap", "BYTES", "limit of memory and swap together; -1 for no limit");
inline constexpr cli::Option kPidsLimit =
    limit_option("pids-limit", "N", "number of processes and threads; -1 for no limit");
inline constexpr cli::Option kL3CacheSchema =
    limit_option("l3-cache-schema", "SCHEMA", "L3 cache allocation of Intel RDT");
inline constexpr cli::Option kMemBwSchema =
    limit_option("mem-bw-schema", "SCHEMA", "memory bandwidth allocation of Intel RDT");
inline constexpr cli::Option kKernelMemory{.name = "kernel-memory",
                                           .takes = Takes::value,
                                           .argument = "BYTES",
                                           .help = "ignored: the kernel has no such limit any more",
                                           .hidden = true};
inline constexpr cli::Option kKernelMemoryTcp{.name = "kernel-memory-tcp",
                                              .takes = Takes::value,
                                              .argument = "BYTES",
                                              .help = "ignored, as --kernel-memory",
                                              .hidden = true};

/// The limits of the options, or those of --resources: a document wins over all others. Checked as those of a
/// config.json are. `in` is what --resources - reads.
Result<spec::Resources> update_resources(const cli::Arguments& arguments, int in);

}  // namespace masu::runtime
