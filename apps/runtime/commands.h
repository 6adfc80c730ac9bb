// SPDX-License-Identifier: Apache-2.0
//
// The program's tables. Each command's own is in cmd_<name>.cc, beside what it does.
#pragma once

#include "masu/cli/command.h"

namespace masu::runtime {

extern const cli::Command kCheckpointCommand;
extern const cli::Command kCompletionCommand;
extern const cli::Command kCreateCommand;
extern const cli::Command kDeleteCommand;
extern const cli::Command kDoctorCommand;
extern const cli::Command kEventsCommand;
extern const cli::Command kExecCommand;
extern const cli::Command kExplainCommand;
extern const cli::Command kFeaturesCommand;
extern const cli::Command kHelpCommand;
extern const cli::Command kInfoCommand;
extern const cli::Command kKillCommand;
extern const cli::Command kListCommand;
extern const cli::Command kMountsCommand;
extern const cli::Command kPauseCommand;
extern const cli::Command kPsCommand;
extern const cli::Command kRestoreCommand;
extern const cli::Command kResumeCommand;
extern const cli::Command kRunCommand;
extern const cli::Command kSpecCommand;
extern const cli::Command kStartCommand;
extern const cli::Command kStateCommand;
extern const cli::Command kUpdateCommand;

extern const cli::Program kProgram;

}  // namespace masu::runtime
