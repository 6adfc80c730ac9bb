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
  TRY(container::start(context, std::string(call.arguments.positional(0))));
  return 0;
}

}  // namespace

constinit const cli::Command kStartCommand{.name = "start",
                                           .summary = "run the program of a created container",
                                           .description = R"(
Returns when the program has been executed. If it cannot be, the message says why.)",
                                           .positionals = kPositionals,
                                           .run = run};

}  // namespace masu::runtime
