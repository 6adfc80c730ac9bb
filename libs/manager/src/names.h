// SPDX-License-Identifier: Apache-2.0
//
// Names for containers that were given none.
#pragma once

#include "masu/base/error.h"

#include <string>

namespace masu::manager {

/// "quiet_cedar"; after some attempts with a number, since there are only so many.
Result<std::string> random_name(unsigned attempt);

}  // namespace masu::manager
