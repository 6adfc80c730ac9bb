// SPDX-License-Identifier: Apache-2.0
//
// The --help texts. Their headings are those of runc (NAME, USAGE, OPTIONS …), which its users and tests look
// for.
#pragma once

#include "masu/cli/command.h"

#include <string>
#include <string_view>

namespace masu::cli {

/// `called_as`: the name to show; a program may be installed under another name than its own.
std::string help(const Program& program, std::string_view called_as);
std::string help(std::string_view called_as, const Command& command);

}  // namespace masu::cli
