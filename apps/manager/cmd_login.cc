// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "hand_over.h"
#include "image_tables.h"

namespace masu::manager {

constinit const cli::Command kLoginCommand = login_command(hand_over);

}  // namespace masu::manager
