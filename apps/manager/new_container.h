// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/cli/env.h"
#include "masu/manager/container.h"

namespace masu::manager {

/// What run and create have in common: image, options, record, --cidfile.
Result<Request> new_container(const cli::Call& call, const Place& place);

}  // namespace masu::manager
