// SPDX-License-Identifier: Apache-2.0
//
// A shim of containerd's runtime v2: what its three ways of being called do. containerd executes `start` for
// each container in its bundle and reads from it where the task service listens; one shim serves all
// containers of a pod; `delete` cleans up what a shim that was killed has left.
// Source: containerd, core/runtime/v2/README.md (runtime/v2/README.md before 2.0).
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

namespace masu::containerd {

/// Of the command line and the environment.
struct ShimOptions {
  std::string name_space;     ///< containerd's, to which the container belongs
  std::string id;             ///< of the container
  std::string bundle;         ///< absolute
  std::string address;        ///< of containerd's own socket
  std::string ttrpc_address;  ///< where events go (TTRPC_ADDRESS)
  bool debug = false;
};

/// Yields the address of the pod's shim, "unix://PATH", which is started if there is none. `input` has
/// options of the client's, as containerd writes them to stdin. The shim is another execution of this
/// program, with the arguments of `serve`, and gets its socket at fd 3.
Result<std::string> start_shim(const ShimOptions& options, std::string_view input);

/// Serves until it is shut down.
Result<> serve(const ShimOptions& options);

/// Ends and removes the container of a shim that is gone. Yields the message that containerd reads from
/// stdout.
Result<std::string> delete_container(const ShimOptions& options);

}  // namespace masu::containerd
