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
    TRY(send(place, request, "cmd=pause"));
    return std::string();
  });
}

}  // namespace

constinit const cli::Command kPauseCommand{.name = "pause",
                                           .summary = "stop the processes of containers for a while",
                                           .positionals = kContainers,
                                           .run = run};

}  // namespace masu::manager
