// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/cli/env.h"

#include <string_view>

namespace masu::runtime {

/// Does what the command line says; yields the exit code.
int run_program(const cli::Env& env);

/// The name for help and version: `runc` if the program is installed under that name, otherwise its own.
std::string_view shown_name(const cli::Env& env);

}  // namespace masu::runtime
