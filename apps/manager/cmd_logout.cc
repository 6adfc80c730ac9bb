// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "hand_over.h"
#include "image_tables.h"

namespace masu::manager {

constinit const cli::Command kLogoutCommand = logout_command(hand_over);

}  // namespace masu::manager
