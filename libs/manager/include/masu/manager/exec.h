// SPDX-License-Identifier: Apache-2.0
//
// Another process in a running container.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"

#include <optional>
#include <string>
#include <vector>

namespace masu::manager {

struct ExecOptions {
  bool tty = false, input = false, privileged = false;
  std::optional<std::string> user;  ///< USER[:GROUP]; nothing: as the container
  std::string cwd;                  ///< empty: as the container
  std::vector<std::string> env;     ///< besides the container's
  std::vector<std::string> args;
};

/// Tells the shim of it, which starts it on request: its path there, "/exec/e1".
Result<std::string> make_exec(const Place& place, const Request& request, const ExecOptions& options);

}  // namespace masu::manager
