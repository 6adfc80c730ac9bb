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

constexpr cli::Option kNoStdin{.name = "no-stdin", .help = "do not pass stdin on"};
constexpr const cli::Option* kOptions[] = {&kNoStdin, &kDetachKeys, &kSigProxy};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  if (!is_running(read_state(place, request).phase))
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running")));
  const StayOptions stay = TRY(read_stay(call));
  const bool input = request.interactive && !call.arguments.has(kNoStdin);
  return stay_with(place, request, input, [] { return Result<>(); }, stay);
}

}  // namespace

constinit const cli::Command kAttachCommand{
    .name = "attach",
    .summary = "join the terminal or the output of a running container",
    .description = "In a terminal, ctrl-p ctrl-q leaves it running.",
    .options = kOptions,
    .positionals = kContainer,
    .run = run};

}  // namespace masu::manager
