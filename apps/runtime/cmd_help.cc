// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/env.h"
#include "masu/cli/help.h"
#include "program.h"

namespace masu::runtime {
namespace {

constexpr cli::Positional kPositionals[] = {{.name = "COMMAND",
                                             .count = cli::Positional::Count::optional,
                                             .help = "the command to explain; without it, the program"}};

Result<int> run(const cli::Call& call) {
  const std::string_view called_as = shown_name(call.env);
  if (call.arguments.positionals().empty()) {
    TRY(call.env.print(cli::help(call.program, called_as)));
    return 0;
  }
  const std::string_view topic = call.arguments.positional(0);
  const cli::Command* command = cli::find_command(call.program, topic);
  if (command == nullptr) return fail(Error::make(Kind::usage, cat("No help topic for ", quote(topic))));
  TRY(call.env.print(cli::help(called_as, *command)));
  return 0;
}

}  // namespace

constinit const cli::Command kHelpCommand{
    .name = "help", .summary = "explain the program or a command", .positionals = kPositionals, .run = run};

}  // namespace masu::runtime
