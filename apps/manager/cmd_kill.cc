// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/events.h"
#include "masu/manager/life.h"
#include "masu/shim/options.h"

namespace masu::manager {
namespace {

constexpr cli::Option kSignal{.name = "signal",
                              .letter = 's',
                              .takes = cli::Option::Takes::value,
                              .argument = "SIGNAL",
                              .help = "KILL by default: a name or a number"};
constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all that run"};
constexpr const cli::Option* kOptions[] = {&kSignal, &kAll, &kEachCidFile, &kEachLatest};

Result<int> run(const cli::Call& call) {
  const std::string signal(call.arguments.value(kSignal, "KILL"));
  TRY_IN(shim::parse_signal(signal), "--signal");
  return each_container(call, {.all = call.arguments.has(kAll), .only = Phase::running},
                        [&](const Place& place, const Request& request) -> Result<std::string> {
                          TRY(send(place, request, cat("cmd=kill&signal=", escape(signal))));
                          record_event(place, request, "kill", {{"signal", signal}});
                          return std::string();
                        });
}

}  // namespace

constinit const cli::Command kKillCommand{.name = "kill",
                                          .summary = "send a signal to containers",
                                          .options = kOptions,
                                          .positionals = kContainers,
                                          .run = run};

}  // namespace masu::manager
