// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"

namespace masu::manager {

Result<int> run_commit(const cli::Call& call);
Result<int> run_cp(const cli::Call& call);
Result<int> run_export(const cli::Call& call);

}  // namespace masu::manager
