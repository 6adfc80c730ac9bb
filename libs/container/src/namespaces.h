// SPDX-License-Identifier: Apache-2.0
//
// The namespaces of a container that a process of ours is to join.
#pragma once

#include "masu/spec/config.h"
#include "masu/sys/procfs.h"

#include <cstdint>

#include <sys/types.h>

namespace masu::container {

struct ForeignNamespaces {
  std::uint64_t types = 0;  ///< CLONE_NEW* for setns(2) by init's pidfd
  bool user = false;        ///< CLONE_NEWUSER is among them
};
/// Those that the config lists, without a user namespace that is ours already: to join one's own is an error
/// (setns(2)).
ForeignNamespaces foreign_namespaces(const spec::Config& config, const sys::Procfs& procfs, pid_t init);

}  // namespace masu::container
