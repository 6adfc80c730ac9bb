// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"

namespace masu::manager {
namespace {

Result<int> run(const cli::Call& call) {
  return each_container(call, {}, [](const Place& place, const Request& request) -> Result<std::string> {
    const State state = TRY(wait_for_end(place, request));
    return cat(state.exit_code);
  });
}

}  // namespace

constinit const cli::Command kWaitCommand{
    .name = "wait",
    .summary = "wait until containers have ended, and print their exit codes",
    .positionals = kContainers,
    .run = run};

}  // namespace masu::manager
