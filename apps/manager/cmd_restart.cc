// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "stop_options.h"

namespace masu::manager {
namespace {

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all containers"};
constexpr cli::Option kTime{.name = "time",
                            .letter = 't',
                            .takes = cli::Option::Takes::value,
                            .argument = "SECONDS",
                            .help = "how long to wait before it is killed; as --stop-timeout said, or 10"};
constexpr cli::Option kSignal{.name = "signal",
                              .letter = 's',
                              .takes = cli::Option::Takes::value,
                              .argument = "SIGNAL",
                              .help = "what ends it"};
constexpr const cli::Option* kOptions[] = {&kAll, &kTime, &kSignal};

Result<int> run(const cli::Call& call) {
  const StopOptions options = TRY(read_stop(call, kTime, kSignal));
  return each_container(call, {.all = call.arguments.has(kAll)},
                        [&](const Place& place, const Request& request) -> Result<std::string> {
                          Request kept = request;
                          kept.remove = false;  // not between the two
                          TRY(stop(place, kept, options));
                          TRY(begin(place, request));
                          return std::string();
                        });
}

}  // namespace

constinit const cli::Command kRestartCommand{.name = "restart",
                                             .summary = "stop containers and start them again",
                                             .options = kOptions,
                                             .positionals = kContainers,
                                             .run = run};

}  // namespace masu::manager
