// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/try.h"
#include "masu/manager/user_namespace.h"
#include "masu/transfer/import.h"

#include <optional>

#include <unistd.h>

namespace masu::manager {

Result<int> run_import(const cli::Call& call) {
  std::string path(call.arguments.positional(0));
  if (path == "-" && isatty(STDIN_FILENO) != 0)
    return fail(Error::make(Kind::usage, "stdin is a terminal: an archive is expected"));
  if (path != "-") path = TRY(call.env.absolute(path));
  std::optional<image::Reference> name;
  if (const std::string_view text = call.arguments.positional(1); !text.empty())
    name = TRY(image::Reference::parse(text));
  transfer::ImportOptions options{.platform = TRY(platform_of(call)),
                                  .changes = {},
                                  .comment = std::string(call.arguments.value(kMessage))};
  for (const std::string_view change : call.arguments.values(kChange)) options.changes.emplace_back(change);
  const store::Store store = TRY(open_store(call));
  TRY(enter_user_namespace());
  const store::Image image = TRY(transfer::import_image(store, path, name ? &*name : nullptr, options));
  TRY(call.env.print(image.id().text() + "\n"));
  return 0;
}

}  // namespace masu::manager
