// SPDX-License-Identifier: Apache-2.0
//
// The parent's side of SCMP_ACT_NOTIFY: hands the filter's listener to the agent that the profile names
// (runtime-spec config-linux.md, "The Container Process State").
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

#include <sys/types.h>

namespace masu::seccomp {

/// What the agent is told besides the fd.
struct ContainerProcessState {
  std::string_view oci_version;
  pid_t pid = 0;              ///< of the filtered process, as the runtime sees it
  std::string_view metadata;  ///< linux.seccomp.listenerMetadata
  std::string_view state;     ///< the container's state, a JSON object
};

/// Connects to `path` (an AF_UNIX stream socket, of any length), sends the state as one message with
/// `listener` beside it (SCM_RIGHTS), and closes the connection. The caller keeps its own `listener`.
Result<> send_listener(const std::string& path, int listener, const ContainerProcessState& state);

}  // namespace masu::seccomp
