// SPDX-License-Identifier: Apache-2.0
//
// policy.json (containers-policy.json(5)): which images are taken at all. Signatures are not checked yet, so
// where the policy asks for one, the image is refused.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"
#include "masu/image/reference.h"

#include <string>
#include <string_view>

namespace masu::transfer {

/// The text of the user's policy, or of the system's; empty if there is none: then everything is taken.
Result<std::string> read_policy(const cli::Env& env);

/// Kind::unsupported unless the policy takes the image. `transport`: "docker" for registries,
/// "docker-archive", "oci-archive", "oci", "dir"; `name` may be null for what comes from a file.
Result<> check_policy(std::string_view policy, std::string_view transport, const image::Reference* name);

}  // namespace masu::transfer
