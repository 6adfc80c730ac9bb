// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/try.h"
#include "new_container.h"
#include "run_options.h"

namespace masu::manager {
namespace {

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(new_container(call, place));
  TRY(call.env.print(request.id + "\n"));
  return 0;
}

}  // namespace

constinit const cli::Command kCreateCommand{.name = "create",
                                            .summary = "make a container of an image, for a later start",
                                            .description = "Prints the container's id.",
                                            .options = kCreateOptions,
                                            .positionals = kRunPositionals,
                                            .options_first = true,
                                            .run = run};

}  // namespace masu::manager
