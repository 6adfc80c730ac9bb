// SPDX-License-Identifier: Apache-2.0
//
// The --help texts. Their headings are those of runc (NAME, USAGE, OPTIONS …), which its users and tests look
// for.
#pragma once

#include "masu/cli/command.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace masu::cli {

/// `called_as`: the name to show; a program may be installed under another name than its own.
std::string help(const Program& program, std::string_view called_as);
/// `lines`: what does not fit goes to the manual page: the description, and the meaning of the last options,
/// which are named only. 0: all is explained.
std::string help(std::string_view called_as, const Command& command, std::size_t lines = 0);
/// What the commands behind a group's word are.
std::string help(const Program& program, const Group& group);

}  // namespace masu::cli
