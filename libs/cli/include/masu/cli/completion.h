// SPDX-License-Identifier: Apache-2.0
//
// Completion scripts for shells, made from a program's tables.
#pragma once

#include "masu/cli/command.h"

#include <string>

namespace masu::cli {

std::string bash_completion(const Program& program);
std::string zsh_completion(const Program& program);
std::string fish_completion(const Program& program);

}  // namespace masu::cli
