// SPDX-License-Identifier: Apache-2.0
//
// How the container came to be: the runtime's trace (Chrome trace events, one line of JSON), which
// `tools/run-demo` passes as fd 3, as a table of steps.
#pragma once

#include "report.h"

#include <cstdint>

namespace masu::demo {

/// Waits up to two seconds for the trace on `fd`, a pipe, and prints it; says so where there is none.
/// `first_instruction_us` is CLOCK_REALTIME, as the trace's times are.
void show_timeline(Report& report, int fd, std::int64_t first_instruction_us);

}  // namespace masu::demo
