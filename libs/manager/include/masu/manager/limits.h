// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/spec/config.h"

namespace masu::manager {

/// What the request says of memory, processors, block devices and processes, as the runtime takes it.
Result<spec::Resources> limits_of(const Request& request);

}  // namespace masu::manager
