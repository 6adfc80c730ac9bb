// SPDX-License-Identifier: Apache-2.0
//
// masu-runtime: an OCI runtime. Commands are in cmd_<name>.cc, their common way in program.cc.
#include "masu/cli/env.h"
#include "program.h"

#include <time.h>
#include <unistd.h>

int main(int argc, char** argv) {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return masu::runtime::run_program({.words = {argv, static_cast<std::size_t>(argc)},
                                     .variables = environ,
                                     .started_ns = now.tv_sec * 1'000'000'000 + now.tv_nsec});
}
