// SPDX-License-Identifier: Apache-2.0
//
// masu-shim-document man|markdown: prints the manual page or the reference chapter, both of which are kept in
// docs/.
#include "masu/cli/document.h"

#include "masu/cli/env.h"
#include "options.h"

#include <string_view>

#include <unistd.h>

int main(int argc, char** argv) {
  using namespace masu;
  const std::string_view form = argc == 2 ? argv[1] : "";
  if (form != "man" && form != "markdown") {
    const cli::Env errors{.out = STDERR_FILENO};
    return errors.print("usage: masu-shim-document man|markdown\n") ? 1 : 2;
  }
  const cli::Env env;
  return env.print(form == "man" ? cli::man_page(shim::kProgram) : cli::markdown(shim::kProgram)) ? 0 : 1;
}
