// SPDX-License-Identifier: Apache-2.0
//
// The few questions that need the whole mount table; none of them is asked on an ordinary start.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::container {

/// The mount point that holds `path` (absolute).
Result<std::string> mount_point_of(const std::string& path);
/// Mount points of these file systems, deepest first.
Result<std::vector<std::string>> mount_points_of_types(const std::vector<std::string_view>& types);

}  // namespace masu::container
