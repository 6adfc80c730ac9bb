// SPDX-License-Identifier: Apache-2.0
//
// Where the manager keeps things, and the programs that it works with.
//
//     <root>/                    the store of images (masu/store/store.h), and
//     <root>/containers/<id>/    container.json, exit.json, log, upper/ work/ of its overlay, bundle/
//     <root>/names/<name>        symbolic link to the id: a name is taken by making it
//     <root>/networks/           the networks (masu/network/definition.h)
//     <state>/shims/<id>/        the shim's folder with its socket
//     <state>/runtime/           the state of the OCI runtime
//     <state>/networks/          what containers have of networks
//
// <root> is on a disk and stays; <state> dies with the boot.
#pragma once

#include "masu/base/error.h"

#include <string>

namespace masu::manager {

struct Place {
  std::string root, state;  ///< absolute
  std::string shim;         ///< the program masu-shim
  std::string runtime;      ///< the OCI runtime
  std::string driver;       ///< a storage driver's name; empty: the best that works here
  std::string self;         ///< this program, which the shim calls when a container has ended

  std::string folder(const std::string& id) const { return root + "/containers/" + id; }
  std::string rootfs(const std::string& id) const { return folder(id) + "/bundle/rootfs"; }
  /// Where the shim of a container whose network is not the runtime's to make has it mounted.
  std::string network_space(const std::string& id) const { return folder(id) + "/netns"; }
  /// The same of a user namespace of its own.
  std::string user_space(const std::string& id) const { return folder(id) + "/userns"; }
  std::string shim_folder(const std::string& id) const { return state + "/shims/" + id; }
};

}  // namespace masu::manager
