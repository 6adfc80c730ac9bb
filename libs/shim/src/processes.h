// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace masu::shim {

/// The JSON of GET /pids: what /proc says of each that is still there.
std::string processes_json(const std::vector<pid_t>& pids);

}  // namespace masu::shim
