// SPDX-License-Identifier: Apache-2.0
//
// Which system calls a filter refuses, told while they happen: for the diagnosis of a program that fails
// under its profile.
#pragma once

#include "masu/seccomp/compile.h"

#include <string>

#include <linux/seccomp.h>

namespace masu::seccomp {

/// The program with each refusal (an errno, a kill, a trap) turned into a question to a listener, who can ask
/// evaluate() what the answer would have been. write(2) is always allowed: the listener's number is told by
/// it.
Program with_refusals_reported(const Program& program);

/// SECCOMP_RET_* with its data: what the program says to this call.
std::uint32_t evaluate(const Program& program, const seccomp_data& call);

/// "umask", or "number 4711" for one that nobody knows.
std::string call_text(std::uint32_t arch, int number);

}  // namespace masu::seccomp
