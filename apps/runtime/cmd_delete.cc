// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/try.h"
#include "matching.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kForce{.name = "force",
                             .letter = 'f',
                             .help = "a running container is killed first, and an unknown one is no error"};
constexpr const cli::Option* kOptions[] = {&kForce, &kRegex};
constexpr cli::Positional kPositionals[] = {kId};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  return for_each_match(call, context, [&](const std::string& id) {
    return container::remove(context, id, call.arguments.has(kForce));
  });
}

}  // namespace

constinit const cli::Command kDeleteCommand{.name = "delete",
                                            .summary = "delete a container that is not running",
                                            .description = R"(
Removes its cgroups and its state, also of a container that is half made because its creation was killed.)",
                                            .options = kOptions,
                                            .positionals = kPositionals,
                                            .run = run};

}  // namespace masu::runtime
