// SPDX-License-Identifier: Apache-2.0
//
// What a shim calls when its container has ended: the shim is ended, and the container removed if it is not
// to stay.
#include "commands.h"
#include "globals.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"

namespace masu::manager {
namespace {

constexpr cli::Positional kPositionals[] = {{.name = "CONTAINER", .help = "its full id"}};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const std::string id(call.arguments.positional(0));
  const auto held = lock(place, id);
  const auto container = held ? load(place, id) : fail(Error::make(Kind::not_found, "gone"));
  if (!container) return 0;  // whoever stayed with the container has removed it
  // Started again meanwhile, or about to be: that shim is not ours to end.
  if (read_state(place, *container).phase != Phase::exited) return 0;
  if (container->remove)
    TRY(remove(place, *container));
  else
    TRY(end_shim(place, *container));
  return 0;
}

}  // namespace

constinit const cli::Command kCleanupCommand{.name = "cleanup",
                                             .summary = "end what is left of a container that has ended",
                                             .positionals = kPositionals,
                                             .run = run};

}  // namespace masu::manager
