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
                              .help = "instead of what the image or --stop-signal say"};
constexpr cli::Option kTimeout{.name = "timeout",
                               .takes = cli::Option::Takes::value,
                               .argument = "SECONDS",
                               .help = "as --time",
                               .hidden = true};
constexpr const cli::Option* kOptions[] = {&kTime,       &kSignal,     &kAll,         &kEachFilter,
                                           &kEachIgnore, &kEachLatest, &kEachCidFile, &kTimeout};

Result<int> run(const cli::Call& call) {
  const StopOptions options = TRY(read_stop(call, call.arguments.has(kTimeout) ? kTimeout : kTime, kSignal));
  return each_container(call, {.all = call.arguments.has(kAll)},
                        [&](const Place& place, const Request& request) -> Result<std::string> {
                          const bool running = is_running(read_state(place, request).phase);
                          TRY(stop(place, request, options));
                          if (running) record_event(place, request, "stop");
                          return std::string();
                        });
}

}  // namespace

constinit const cli::Command kStopCommand{.name = "stop",
                                          .summary = "end containers by a signal, and in the end by SIGKILL",
                                          .options = kOptions,
                                          .positionals = kContainers,
                                          .run = run};

}  // namespace masu::manager
