// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"

#include <string>
#include <vector>

namespace masu::manager {

/// Becomes masu-image with the command's own words.
Result<int> hand_over(const cli::Call& call);

/// Runs masu-image to its end; what it prints goes to our stderr. Its exit code.
Result<int> run_image_program(const cli::Call& call, const std::vector<std::string>& words);

}  // namespace masu::manager
