// SPDX-License-Identifier: Apache-2.0
//
// containerd-shim-document: prints the manual page of containerd-shim-masu-v2, which is kept in docs/.
#include "masu/cli/document.h"

#include "masu/cli/env.h"
#include "options.h"

int main() {
  const masu::cli::Env env;
  return env.print(masu::cli::man_page(masu::containerd::kProgram)) ? 0 : 1;
}
