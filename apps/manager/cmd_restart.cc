// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/events.h"
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
constexpr cli::Option kRunning{.name = "running", .help = "all that run"};
constexpr cli::Option kTimeout{.name = "timeout",
                               .takes = cli::Option::Takes::value,
                               .argument = "SECONDS",
                               .help = "as --time",
                               .hidden = true};
constexpr const cli::Option* kOptions[] = {&kTime,       &kSignal,     &kAll,         &kRunning,
                                           &kEachFilter, &kEachLatest, &kEachCidFile, &kTimeout};

Result<int> run(const cli::Call& call) {
  const StopOptions options = TRY(read_stop(call, call.arguments.has(kTimeout) ? kTimeout : kTime, kSignal));
  const bool running = call.arguments.has(kRunning);
  return each_container(call,
                        {.all = running || call.arguments.has(kAll),
                         .only = running ? std::optional(Phase::running) : std::nullopt},
                        [&](const Place& place, const Request& request) -> Result<std::string> {
                          Request kept = request;
                          kept.remove = false;  // not between the two
                          TRY(stop(place, kept, options));
                          TRY(begin(place, request));
                          record_event(place, request, "restart");
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
