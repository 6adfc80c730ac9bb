// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr cli::Positional kPositionals[] = {kId};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  TRY(container::pause(context, std::string(call.arguments.positional(0))));
  return 0;
}

}  // namespace

constinit const cli::Command kPauseCommand{.name = "pause",
                                           .summary = "stop all processes of a container where they are",
                                           .description = R"(
Returns when all of them stand still, with no signal that they could notice. `resume` lets them go on.)",
                                           .positionals = kPositionals,
                                           .run = run};

}  // namespace masu::runtime
