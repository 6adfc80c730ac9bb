// SPDX-License-Identifier: Apache-2.0
//
// This program's own file, which a container must not be able to write (CVE-2019-5736).
#pragma once

#include "masu/base/error.h"

#include <cstdint>

namespace masu::sys {

/// Whether an ordinary user calls, and the file is root's, who alone may write it: no process of a container
/// that he can make has root's id, or a capability outside of its user namespace.
bool executable_is_out_of_reach();

/// Re-executes this program from a read-only copy of itself, so that /proc/self/exe in a container never
/// leads to a writable file of the host: a read-only clone of its mount, or without the right to mount, a
/// sealed memfd. Returns once we run from such a copy, or need none, with the `started_ns` that the first
/// instance gave. `argv` and `envp` are passed on.
Result<std::int64_t> protect_executable(char* const* argv, char* const* envp, std::int64_t started_ns);

}  // namespace masu::sys
