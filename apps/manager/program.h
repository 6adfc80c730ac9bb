// SPDX-License-Identifier: Apache-2.0
//
// The way of every call: global options, command (`masu run` and `masu container run` are one), outcome.
#pragma once

#include "masu/cli/env.h"

namespace masu::manager {

/// Yields the exit code.
int run_program(const cli::Env& env);

struct Version {
  std::string_view number, commit;
};
Version own_version();

/// The words behind the command's name.
cli::Words command_words(const cli::Arguments& globals, const cli::Env& env);

/// The error on stderr, and its hint.
void print_error(const Error& error);
void print_warning(std::string_view text);

}  // namespace masu::manager
