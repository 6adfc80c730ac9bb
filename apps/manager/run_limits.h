// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: how much of the machine it may use.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kMemory = value("memory", "SIZE", "how much memory it may use: 512m", 'm');
inline constexpr cli::Option kMemorySwap =
    value("memory-swap", "SIZE", "memory and swap together; -1 for as much as there is");
inline constexpr cli::Option kCpus = value("cpus", "N", "how many processors it may use: 1.5");
inline constexpr cli::Option kCpuShares =
    value("cpu-shares", "N", "its share of processor time; 1024 is the usual");
inline constexpr cli::Option kCpusetCpus =
    value("cpuset-cpus", "LIST", "the processors that it may run on: 0-3,7");
inline constexpr cli::Option kPidsLimit =
    value("pids-limit", "N", "how many processes it may have; -1 for no limit, 2048 by default");
inline constexpr cli::Option kUlimit =
    values("ulimit", "NAME=SOFT[:HARD]", "a limit of setrlimit(2): nofile=1024:2048");
inline constexpr cli::Option kOomScoreAdj =
    value("oom-score-adj", "N", "-1000 to 1000: how soon it is killed for want of memory");
inline constexpr cli::Option kReservation =
    value("memory-reservation", "SIZE", "what it is to keep when memory is short");
inline constexpr cli::Option kSwappiness =
    value("memory-swappiness", "N", "0 to 100: how readily it is swapped out");
inline constexpr cli::Option kOomKillDisable =
    flag("oom-kill-disable", "let it wait for memory instead of being killed");
inline constexpr cli::Option kCpuPeriod =
    value("cpu-period", "MICROSECONDS", "of --cpu-quota; 100000 by default");
inline constexpr cli::Option kCpuQuota = value("cpu-quota", "MICROSECONDS", "processor time of each period");
inline constexpr cli::Option kCpuRtPeriod =
    value("cpu-rt-period", "MICROSECONDS", "the same for real-time processes");
inline constexpr cli::Option kCpuRtRuntime =
    value("cpu-rt-runtime", "MICROSECONDS", "the same for real-time processes");
inline constexpr cli::Option kCpusetMems =
    value("cpuset-mems", "LIST", "the memory nodes that it may use: 0-1");
inline constexpr cli::Option kBlkioWeight =
    value("blkio-weight", "N", "10 to 1000: its share of block devices");
inline constexpr cli::Option kBlkioWeightDevice =
    values("blkio-weight-device", "DEVICE:N", "the same of one device");
inline constexpr cli::Option kReadBps =
    values("device-read-bps", "DEVICE:SIZE", "bytes a second that it may read");
inline constexpr cli::Option kWriteBps =
    values("device-write-bps", "DEVICE:SIZE", "bytes a second that it may write");
inline constexpr cli::Option kReadIops = values("device-read-iops", "DEVICE:N", "reads a second");
inline constexpr cli::Option kWriteIops = values("device-write-iops", "DEVICE:N", "writes a second");
inline constexpr cli::Option kCgroupParent =
    value("cgroup-parent", "PATH", "the cgroup that its own is made in; /masu by default");
inline constexpr cli::Option kCgroups =
    value("cgroups", "MODE", "enabled (the default), or disabled for none of its own", 0,
          {cli::Values::From::choices, "enabled disabled no-conmon split"});
inline constexpr cli::Option kCgroupConf =
    values("cgroup-conf", "FILE=VALUE", "a file of its cgroup, of version 2: memory.high=1073741824");
inline constexpr std::array kLimitsOptions = {
    &kMemory,     &kMemorySwap,  &kCpus,         &kPidsLimit,  &kUlimit,         &kCpuShares,
    &kCpusetCpus, &kOomScoreAdj, &kReservation,  &kSwappiness, &kOomKillDisable, &kCpuPeriod,
    &kCpuQuota,   &kCpuRtPeriod, &kCpuRtRuntime, &kCpusetMems, &kBlkioWeight,    &kBlkioWeightDevice,
    &kReadBps,    &kWriteBps,    &kReadIops,     &kWriteIops,  &kCgroupParent,   &kCgroups,
    &kCgroupConf};

/// What they say, and the image where they are silent.
Result<> read_limits(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
