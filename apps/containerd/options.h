// SPDX-License-Identifier: Apache-2.0
//
// The command line of containerd-shim-masu-v2.
#pragma once

#include "masu/cli/parse.h"

namespace masu::containerd {

extern const cli::Option kNamespace, kId, kAddress, kBundle, kDebug, kVersion;
extern const cli::Program kProgram;

}  // namespace masu::containerd
