// SPDX-License-Identifier: Apache-2.0
//
// Programs that log (binary:///PATH?NAME=VALUE, containerd's runtime/v2/README.md, "Logging"): they get the
// container's stdout at fd 3 and its stderr at fd 4, and close fd 5 when they are ready.
#pragma once

#include "masu/base/error.h"
#include "masu/event/loop.h"
#include "masu/sys/process.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::containerd {

/// PATH, and NAME and VALUE of each parameter as arguments.
Result<std::vector<std::string>> parse_logger(std::string_view uri);

/// Returns when it is ready; Kind::timeout after 10 s.
Result<sys::Process> start_logger(std::string_view uri, const std::string& name_space, const std::string& id,
                                  int out, int err);
/// Nothing more comes, which it sees by itself; if it has not ended 10 s later it gets SIGTERM. It is reaped
/// as a child whom nobody expects.
void end_logger(event::Loop& loop, sys::Process logger);

}  // namespace masu::containerd
