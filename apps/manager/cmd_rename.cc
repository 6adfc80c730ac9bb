// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/try.h"
#include "masu/manager/container.h"
#include "masu/manager/events.h"

namespace masu::manager {
namespace {

constexpr cli::Positional kPositionals[] = {kContainer[0],
                                            {.name = "NAME", .help = "what it is called from now on"}};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  const Request renamed = TRY(rename(place, request, std::string(call.arguments.positional(1))));
  record_event(place, renamed, "rename", {{"oldName", request.name}});
  return 0;
}

}  // namespace

constinit const cli::Command kRenameCommand{
    .name = "rename", .summary = "give a container another name", .positionals = kPositionals, .run = run};

}  // namespace masu::manager
