// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "format.h"
#include "globals.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr cli::Positional kPositionals[] = {kId};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  const auto state = TRY(container::state(context, std::string(call.arguments.positional(0))));
  TRY(call.env.print(state_json(state)));
  return 0;
}

}  // namespace

constinit const cli::Command kStateCommand{.name = "state",
                                           .summary = "print the state of a container",
                                           .description = R"(
The state is a JSON object as the OCI runtime specification describes it, with the members rootfs, created and owner
besides.)",
                                           .positionals = kPositionals,
                                           .run = run};

}  // namespace masu::runtime
