// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/user_namespace.h"
#include "masu/transfer/load.h"

#include <unistd.h>

namespace masu::manager {

Result<int> run_load(const cli::Call& call) {
  std::string path(call.arguments.value(kInput, "-"));
  if (path == "-" && isatty(STDIN_FILENO) != 0)
    return fail(
        Error::make(Kind::usage, "stdin is a terminal: an archive is expected").hint("masu load -i FILE"));
  if (path != "-") path = TRY(call.env.absolute(path));
  const store::Store store = TRY(open_store(call));
  TRY(enter_user_namespace());
  const image::Platform platform = TRY(platform_of(call));
  const std::vector<transfer::Loaded> loaded = TRY(transfer::load(store, path, platform));
  for (const transfer::Loaded& image : loaded)
    TRY(call.env.print(cat(call.arguments.has(kQuiet) ? "" : "Loaded image: ",
                           image.name.empty() ? image.manifest.text() : image.name, "\n")));
  return 0;
}

}  // namespace masu::manager
