// SPDX-License-Identifier: Apache-2.0
//
// masu-document man|markdown|bash|zsh|fish: prints the manual page, the reference chapter or a completion
// script, which are kept in docs/.
#include "masu/cli/document.h"

#include "commands.h"
#include "masu/cli/completion.h"
#include "masu/cli/env.h"

#include <string_view>

#include <unistd.h>

int main(int argc, char** argv) {
  using namespace masu;
  const std::string_view form = argc == 2 ? argv[1] : "";
  const cli::Program& program = manager::kProgram;
  const cli::Env env;
  if (form == "man") return env.print(cli::man_page(program)) ? 0 : 1;
  if (form == "markdown") return env.print(cli::markdown(program)) ? 0 : 1;
  if (form == "bash") return env.print(cli::bash_completion(program)) ? 0 : 1;
  if (form == "zsh") return env.print(cli::zsh_completion(program)) ? 0 : 1;
  if (form == "fish") return env.print(cli::fish_completion(program)) ? 0 : 1;
  const cli::Env errors{.out = STDERR_FILENO};
  return errors.print("usage: masu-document man|markdown|bash|zsh|fish\n") ? 1 : 2;
}
