// SPDX-License-Identifier: Apache-2.0
//
// The capabilities that a container gets: Docker's default ones, --cap-add and --cap-drop, --privileged.
#pragma once

#include "bundle.h"
#include "masu/base/error.h"
#include "masu/spec/config.h"

#include <cstdint>

namespace masu::manager {

/// Those of our bounding set: what there is to give.
std::uint64_t read_capabilities();

/// Another user than root has none of them, except in its bounding set, as with docker.
Result<spec::Capabilities> choose_capabilities(const Request& request, const Facts& facts, bool root);

/// The bit of "NET_ADMIN", "CAP_NET_ADMIN", "net_admin"; Kind::usage for what the kernel has not.
Result<std::uint64_t> capability_bit(std::string_view name);

std::uint64_t process_capabilities(const spec::Config& config);

}  // namespace masu::manager
