// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "foreground.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/sys/tty.h"
#include "new_container.h"
#include "program.h"
#include "run_options.h"

#include <unistd.h>

namespace masu::manager {
namespace {

// A start that failed leaves nothing with --rm; without, the container stays, to be looked at.
int failed_to_start(const Place& place, const Request& request, const Error& error) {
  print_error(error);
  if (request.remove) {
    const auto held = lock(place, request.id);
    if (held) (void)remove(place, request);
  }
  return start_failure_code(error);
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const bool detach = call.arguments.has(kDetach), tty = call.arguments.has(kTty);
  if (tty && !detach && call.arguments.has(kInteractive) && !sys::is_tty(STDIN_FILENO))
    return fail(
        Error::make(Kind::usage, "-t with -i needs a terminal, and stdin is none").hint("leave out -t"));
  const StayOptions stay = TRY(read_stay(call));
  const Request request = TRY(new_container(call, place));
  std::optional<Error> failure;
  {
    const store::Lock held = TRY(lock(place, request.id));
    auto prepared = prepare(place, request);
    if (prepared && detach) prepared = start(place, request);
    if (!prepared) failure = std::move(prepared).error();
  }
  if (failure) return failed_to_start(place, request, *failure);
  if (detach) {
    TRY(call.env.print(request.id + "\n"));
    return 0;
  }
  bool started = false;
  auto code = stay_with(
      place, request, request.interactive,
      [&]() -> Result<> {
        // A program that ends at once makes its shim call for the end of itself, which has to wait for the
        // answer.
        const store::Lock held = TRY(lock(place, request.id));
        TRY(start(place, request));
        started = true;
        return {};
      },
      stay);
  if (!code && !started) return failed_to_start(place, request, code.error());
  return code;
}

}  // namespace

constinit const cli::Command kRunCommand{.name = "run",
                                         .summary = "make a container of an image and run it",
                                         .description = R"(
Pulls the image if it is not here. The exit code is the program's, or 128 and the number of the signal that ended it; 127
if the program is not in the container, 126 if it cannot be executed, 125 if masu itself failed. In a terminal, ctrl-p
ctrl-q leaves the container running.)",
                                         .options = kRunOptions,
                                         .positionals = kRunPositionals,
                                         .options_first = true,
                                         .run = run};

}  // namespace masu::manager
