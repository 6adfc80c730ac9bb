// SPDX-License-Identifier: Apache-2.0
//
// The program's tables. Each command's own is in cmd_<name>.cc, beside what it does.
#pragma once

#include "masu/cli/command.h"

namespace masu::manager {

extern const cli::Command kCleanupCommand;
extern const cli::Command kImagesCommand;
extern const cli::Command kLoadCommand;
extern const cli::Command kLsCommand;
extern const cli::Command kPullCommand;
extern const cli::Command kRmCommand;
extern const cli::Command kRunCommand;

extern const cli::Program kProgram;

}  // namespace masu::manager
