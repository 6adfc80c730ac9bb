// SPDX-License-Identifier: Apache-2.0
//
// Why a program cannot be executed: what execve(2) puts into one errno, in words. Looks from outside at the
// container's finished tree, through an fd of its root.
#pragma once

#include "masu/spec/config.h"

#include <string>
#include <vector>

namespace masu::container {

/// What is wrong with process.args[0], as sentences; empty if nothing is. `root` is the container's root with
/// all mounts, `image` the root file system as it is without them (-1: unknown). Nothing of the container is
/// executed.
std::vector<std::string> check_program(int root, int image, const spec::Process& process);

}  // namespace masu::container
