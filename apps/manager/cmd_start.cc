// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "foreground.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"

namespace masu::manager {
namespace {

constexpr cli::Option kAttach{
    .name = "attach", .letter = 'a', .help = "stay with it; the exit code is its own"};
constexpr cli::Option kInput{.name = "interactive", .letter = 'i', .help = "stay with it, and pass stdin on"};
constexpr cli::Option kAll{.name = "all", .help = "all that do not run"};
constexpr const cli::Option* kOptions[] = {&kAttach, &kInput,      &kDetachKeys, &kSigProxy,
                                           &kAll,    &kEachFilter, &kEachLatest};

Result<int> start_attached(const cli::Call& call) {
  if (call.arguments.positionals().size() != 1)
    return fail(Error::make(Kind::usage, "-a and -i are for one container"));
  const StayOptions stay = TRY(read_stay(call));
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  {
    const store::Lock held = TRY(lock(place, request.id));
    if (is_running(read_state(place, request).phase))
      return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is running"))
                      .hint("masu attach joins it"));
    TRY(end_shim(place, request));
    TRY(prepare(place, request));
  }
  return stay_with(
      place, request, call.arguments.has(kInput) && request.interactive,
      [&]() -> Result<> {
        const store::Lock held = TRY(lock(place, request.id));  // as in cmd_run.cc
        return start(place, request);
      },
      stay);
}

Result<int> run(const cli::Call& call) {
  if (call.arguments.has(kAttach) || call.arguments.has(kInput)) return start_attached(call);
  return each_container(call, {.all = call.arguments.has(kAll)},
                        [](const Place& place, const Request& request) -> Result<std::string> {
                          TRY(begin(place, request));
                          return std::string();
                        });
}

}  // namespace

constinit const cli::Command kStartCommand{.name = "start",
                                           .summary = "start containers that are created or have ended",
                                           .options = kOptions,
                                           .positionals = kContainers,
                                           .run = run};

}  // namespace masu::manager
