// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

namespace masu::shim {

/// Finds a program as execvp(3) does, in a $PATH; a name with a slash stays as it is.
Result<std::string> find_program(const std::string& name, std::string_view search_path);

}  // namespace masu::shim
