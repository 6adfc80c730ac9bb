// SPDX-License-Identifier: Apache-2.0
//
// The shim as a process: a daemon that keeps one container, and the caller that waits until it is made.
#pragma once

#include "masu/base/error.h"
#include "masu/shim/options.h"

#include <string>

namespace masu::shim {

/// Starts the daemon and returns when the container is created, or has failed to be: then with the runtime's
/// reason, and nothing is left. Yields the path of the socket. Returns in the calling process alone.
Result<std::string> run_daemon(const Options& options);

/// The options of a shim that has been killed, by its folder; with `words` and `directory` as it had them.
Result<Options> read_saved_options(const std::string& base);
/// The same as run_daemon() for its container.
Result<std::string> recover_daemon(const Options& options);

}  // namespace masu::shim
