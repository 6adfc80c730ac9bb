// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: how the program is run: environment, user, command line.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kEnv =
    values("env", "NAME[=VALUE]", "set a variable; without a value, to that of the caller", 'e');
inline constexpr cli::Option kEnvFile =
    values("env-file", "FILE", "set the variables of a file, one a line", 0, cli::kFiles);
inline constexpr cli::Option kWorkdir = value("workdir", "DIR", "where the program starts", 'w');
inline constexpr cli::Option kUser =
    value("user", "USER[:GROUP]", "who the program runs as; names are looked up in the container", 'u');
inline constexpr cli::Option kGroupAdd = values("group-add", "GROUP", "a supplementary group");
inline constexpr cli::Option kEntrypoint =
    value("entrypoint", "PROGRAM", "instead of the image's: one word, or a JSON array");
inline constexpr std::array kProcessOptions = {&kEnv, &kEnvFile, &kWorkdir, &kUser, &kGroupAdd, &kEntrypoint};

/// What they say, and the image where they are silent.
Result<> read_process(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
