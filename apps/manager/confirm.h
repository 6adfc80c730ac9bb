// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"

#include <string_view>

namespace masu::manager {

inline constexpr cli::Option kForceYes{.name = "force", .letter = 'f', .help = "do not ask"};

/// Says on stderr what will go, and asks; yes with --force. Without a terminal to be answered from,
/// Kind::usage.
Result<bool> confirmed(const cli::Call& call, std::string_view warning);

}  // namespace masu::manager
