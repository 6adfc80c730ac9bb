// SPDX-License-Identifier: Apache-2.0
//
// CRIU's log, of which one line says why it failed.
#pragma once

#include <string>
#include <string_view>

namespace masu::criu {

/// The first error of a log, "Error (criu/files-reg.c:1831): Can't …", without the time and the pid before
/// it; empty if there is none. Later errors only say what came of the first.
std::string first_error(std::string_view log);

}  // namespace masu::criu
