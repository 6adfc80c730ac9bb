// SPDX-License-Identifier: Apache-2.0
//
// The seccomp profile of a container: the default one, which is podman's and Docker's list of system calls,
// as the container's capabilities and this machine's architecture make it.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

#include <cstdint>
#include <optional>
#include <string>

namespace masu::manager {

/// `choice` is empty (the default profile), "unconfined" or the path of a profile in Docker's form.
Result<std::optional<spec::Seccomp>> choose_seccomp(const std::string& choice, std::uint64_t capabilities);

}  // namespace masu::manager
