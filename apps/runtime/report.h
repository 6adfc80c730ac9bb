// SPDX-License-Identifier: Apache-2.0
//
// How a call's failure is told: log, stderr and exit code (they are documented in kProgram, in program.cc).
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"

#include <string>
#include <string_view>

namespace masu::runtime {

/// The text with its control characters escaped: a message stays one line, and cannot drive a terminal.
std::string one_line(std::string_view text);

/// "message" and, if there is one, "hint: …" on stderr.
void print_error(const Error& error);

/// Tells the error that ends the call, once in the log, and on stderr. `json`: the log's lines are JSON.
void report(const Error& error, bool json);

/// The exit code for an error of `command` (null: before there was one). OCI runtimes have no more than
/// these: callers tell failures apart by their text. A program run by `exec` has its own codes, so exec's
/// failure is 255.
int exit_code(const Error& error, const cli::Command* command);

}  // namespace masu::runtime
