// SPDX-License-Identifier: Apache-2.0
#include "confirm.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <unistd.h>

namespace masu::manager {

Result<bool> confirmed(const cli::Call& call, std::string_view warning) {
  if (call.arguments.has(kForceYes)) return true;
  TRY(cli::Env{.out = STDERR_FILENO}.print(
      cat("WARNING! ", warning, "\nAre you sure you want to continue? [y/N] ")));
  std::string answer;
  char c = 0;
  while (answer.size() < 16 && ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') answer += c;
  if (answer.empty() && c != '\n') {
    TRY(cli::Env{.out = STDERR_FILENO}.print("\n"));
    return fail(Error::make(Kind::usage, "nobody answers").hint("--force does without an answer"));
  }
  return answer == "y" || answer == "Y" || text::equals_ignore_case(answer, "yes");
}

}  // namespace masu::manager
