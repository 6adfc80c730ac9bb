// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

namespace masu::manager {

/// A template (masu/manager/template.h) over a JSON object.
Result<std::string> expand(std::string_view format, std::string_view json);

}  // namespace masu::manager
