// SPDX-License-Identifier: Apache-2.0
//
// The part of Go's templates that scripts use with inspect: fields, json, and index of a member by its name.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

namespace masu::manager {

/// "{{.State.Status}} {{json .Config}} {{index .Config.Labels \"a.b\"}}" over a JSON object. Kind::usage for
/// anything else in braces, and for a member that is not there.
Result<std::string> expand(std::string_view format, std::string_view json);

}  // namespace masu::manager
