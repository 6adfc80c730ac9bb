// SPDX-License-Identifier: Apache-2.0
//
// Words that --network knows besides names, and locks.
#pragma once

#include "masu/base/error.h"

#include <array>
#include <string>
#include <string_view>

namespace masu::network {

inline constexpr std::array<std::string_view, 8> kReservedNames = {
    "none", "host", "bridge", "private", "pasta", "slirp4netns", "container", "ns"};

Result<> check_network_name(std::string_view name);

/// flock(2) on an open file, which is held as long as that is open; `what` is for the error.
Result<> lock_file(int fd, std::string_view what);

}  // namespace masu::network
