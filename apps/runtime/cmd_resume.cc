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
  TRY(container::resume(context, std::string(call.arguments.positional(0))));
  return 0;
}

}  // namespace

constinit const cli::Command kResumeCommand{.name = "resume",
                                            .summary = "let a paused container go on",
                                            .description = R"(
Takes `pause` back.)",
                                            .positionals = kPositionals,
                                            .run = run};

}  // namespace masu::runtime
