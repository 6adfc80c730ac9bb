// SPDX-License-Identifier: Apache-2.0
//
// The command line of masu-shim: its table, and what the shim library makes of it.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/shim/options.h"

#include <string>

namespace masu::shim {

extern const cli::Program kProgram;

extern const cli::Option kVersion;
extern const cli::Option kRecover;
extern const cli::Option kCompletion;

/// The folder of this container's shim.
Result<std::string> base_folder(const cli::Arguments& arguments, const cli::Env& env);
/// All of it, checked; paths are absolute.
Result<Options> read_options(const cli::Arguments& arguments, const cli::Env& env);

}  // namespace masu::shim
