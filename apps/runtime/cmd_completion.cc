// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/completion.h"
#include "masu/cli/env.h"

namespace masu::runtime {
namespace {

constexpr cli::Positional kPositionals[] = {
    {.name = "SHELL", .values = {cli::Values::From::choices, "bash zsh fish"}, .help = "bash, zsh or fish"}};

Result<int> run(const cli::Call& call) {
  const std::string_view shell = call.arguments.positional(0);
  std::string script;
  if (shell == "bash") {
    script = cli::bash_completion(call.program);
  } else if (shell == "zsh") {
    script = cli::zsh_completion(call.program);
  } else if (shell == "fish") {
    script = cli::fish_completion(call.program);
  } else {
    return fail(
        Error::make(Kind::usage, cat("no completion for ", quote(shell), ": expected one of bash zsh fish")));
  }
  TRY(call.env.print(script));
  return 0;
}

}  // namespace

constinit const cli::Command kCompletionCommand{.name = "completion",
                                                .summary = "print a completion script for a shell",
                                                .description = R"(
For bash: `source <(masu-runtime completion bash)`. For zsh, the same, or as a file _masu-runtime in a folder of $fpath.
For fish: `masu-runtime completion fish | source`.)",
                                                .positionals = kPositionals,
                                                .run = run};

}  // namespace masu::runtime
