// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"

#include <optional>
#include <string>
#include <vector>

namespace masu::manager {

/// Becomes masu-image with the command's own words.
Result<int> hand_over(const cli::Call& call);

/// Runs masu-image to its end, which says on our stderr what goes wrong; what it prints otherwise, or nothing
/// if it fails.
Result<std::optional<std::string>> run_image_program(const cli::Call& call,
                                                     const std::vector<std::string>& words);

}  // namespace masu::manager
