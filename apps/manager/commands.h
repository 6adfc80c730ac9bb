// SPDX-License-Identifier: Apache-2.0
//
// The program's tables. Each command's own is in cmd_<name>.cc, beside what it does.
#pragma once

#include "masu/cli/command.h"

namespace masu::manager {

extern const cli::Command kAttachCommand;
extern const cli::Command kCheckCommand;
extern const cli::Command kCleanupCommand;
extern const cli::Command kCreateCommand;
extern const cli::Command kDoctorCommand;
extern const cli::Command kEventsCommand;
extern const cli::Command kCommitCommand;
extern const cli::Command kContainerExistsCommand;
extern const cli::Command kContainerPruneCommand;
extern const cli::Command kCpCommand;
extern const cli::Command kDiffCommand;
extern const cli::Command kGenerateSystemdCommand;
extern const cli::Command kSystemDfCommand;
extern const cli::Command kSystemPruneCommand;
extern const cli::Command kSystemResetCommand;
extern const cli::Command kUpdateCommand;
extern const cli::Command kHealthcheckRunCommand;
extern const cli::Command kExportCommand;
extern const cli::Command kImageExistsCommand;
extern const cli::Command kInfoCommand;
extern const cli::Command kRenameCommand;
extern const cli::Command kStatsCommand;
extern const cli::Command kTopCommand;
extern const cli::Command kVersionCommand;
extern const cli::Command kExecCommand;
extern const cli::Command kHistoryCommand;
extern const cli::Command kImagePruneCommand;
extern const cli::Command kImagesCommand;
extern const cli::Command kImportCommand;
extern const cli::Command kInspectCommand;
extern const cli::Command kKillCommand;
extern const cli::Command kLoadCommand;
extern const cli::Command kLoginCommand;
extern const cli::Command kLogoutCommand;
extern const cli::Command kLogsCommand;
extern const cli::Command kLsCommand;
extern const cli::Command kNetworkConnectCommand;
extern const cli::Command kNetworkCreateCommand;
extern const cli::Command kNetworkDisconnectCommand;
extern const cli::Command kNetworkInspectCommand;
extern const cli::Command kNetworkLsCommand;
extern const cli::Command kNetworkPruneCommand;
extern const cli::Command kNetworkRmCommand;
extern const cli::Command kPauseCommand;
extern const cli::Command kPortCommand;
extern const cli::Command kPullCommand;
extern const cli::Command kPushCommand;
extern const cli::Command kRestartCommand;
extern const cli::Command kRmCommand;
extern const cli::Command kRmiCommand;
extern const cli::Command kRunCommand;
extern const cli::Command kSaveCommand;
extern const cli::Command kSecretCreateCommand;
extern const cli::Command kSecretInspectCommand;
extern const cli::Command kSecretLsCommand;
extern const cli::Command kSecretRmCommand;
extern const cli::Command kStartCommand;
extern const cli::Command kStopCommand;
extern const cli::Command kTagCommand;
extern const cli::Command kUnpauseCommand;
extern const cli::Command kUntagCommand;
extern const cli::Command kVolumeCreateCommand;
extern const cli::Command kVolumeInspectCommand;
extern const cli::Command kVolumeLsCommand;
extern const cli::Command kVolumePruneCommand;
extern const cli::Command kVolumeRmCommand;
extern const cli::Command kWaitCommand;

extern const cli::Program kProgram;

}  // namespace masu::manager
