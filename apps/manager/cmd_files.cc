// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "file_tables.h"
#include "hand_over.h"

namespace masu::manager {

constinit const cli::Command kCommitCommand = files::commit_command(hand_over);
constinit const cli::Command kCpCommand = files::copy_command(hand_over);
constinit const cli::Command kExportCommand = files::export_command(hand_over);

}  // namespace masu::manager
