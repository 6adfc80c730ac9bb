// SPDX-License-Identifier: Apache-2.0
//
// Staying with a container: run without -d, start -a, attach.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/container.h"

#include <functional>
#include <string>

namespace masu::manager {

inline constexpr cli::Option kDetachKeys{
    .name = "detach-keys",
    .takes = cli::Option::Takes::value,
    .argument = "KEYS",
    .help = "what leaves it running in a terminal; ctrl-p,ctrl-q by default"};
inline constexpr cli::Option kSigProxy{
    .name = "sig-proxy", .help = "hand signals on to it, as by default; --sig-proxy=false: not"};

struct StayOptions {
  std::string detach_keys = "\x10\x11";
  bool pass_signals = true;
};
/// What the two options say.
Result<StayOptions> read_stay(const cli::Call& call);

/// Attaches, calls `begin`, stays until the end: the exit code. With --rm the container is removed then. A
/// user who detaches leaves it running.
Result<int> stay_with(const Place& place, const Request& request, bool input,
                      const std::function<Result<>()>& begin, const StayOptions& options);

}  // namespace masu::manager
