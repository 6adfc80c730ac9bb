// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"
#include "masu/manager/life.h"

namespace masu::manager {

/// -t and -s, as stop and restart have them.
Result<StopOptions> read_stop(const cli::Call& call, const cli::Option& time, const cli::Option& signal);

}  // namespace masu::manager
