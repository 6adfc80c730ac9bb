// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"

namespace masu::manager {
namespace {

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all that run"};
constexpr const cli::Option* kOptions[] = {&kAll, &kEachFilter};

Result<int> run(const cli::Call& call) {
  return each_container(call, {.all = call.arguments.has(kAll), .only = {Phase::running}},
                        [](const Place& place, const Request& request) -> Result<std::string> {
                          TRY(pause(place, request));
                          return std::string();
                        });
}

}  // namespace

constinit const cli::Command kPauseCommand{.name = "pause",
                                           .summary = "stop the processes of containers for a while",
                                           .options = kOptions,
                                           .positionals = kContainers,
                                           .run = run};

}  // namespace masu::manager
