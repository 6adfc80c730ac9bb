// SPDX-License-Identifier: Apache-2.0
//
// Private to the parser: the rules between members of different objects.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

namespace masu::spec {

Result<> validate(const Config& config);

}  // namespace masu::spec
