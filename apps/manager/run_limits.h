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
inline constexpr std::array kLimitsOptions = {&kMemory,     &kMemorySwap, &kCpus,   &kCpuShares,
                                              &kCpusetCpus, &kPidsLimit,  &kUlimit, &kOomScoreAdj};

/// What they say, and the image where they are silent.
Result<> read_limits(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
