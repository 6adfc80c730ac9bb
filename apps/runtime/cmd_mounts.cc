// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/parse.h"
#include "masu/sys/fd.h"

#include <unistd.h>

namespace masu::runtime {
namespace {

constexpr cli::Positional kPositionals[] = {
    {.name = "ACTION", .values = {cli::Values::From::choices, "add remove"}, .help = "add or remove"},
    kId,
    {.name = "FILE",
     .values = cli::kFiles,
     .help = "a JSON list as mounts of config.json; - is standard input"}};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  const std::string_view action = call.arguments.positional(0);
  const std::string id(call.arguments.positional(1));
  const std::string file(call.arguments.positional(2));
  if (action != "add" && action != "remove")
    return fail(
        Error::make(Kind::usage, cat("unknown action ", quote(action))).hint("add and remove are known"));
  const std::string text = TRY(file == "-" ? sys::read_all(STDIN_FILENO) : sys::read_file(file));
  const auto mounts = TRY_IN(spec::parse_mounts(text), cat("mounts ", quote(file)));
  TRY(action == "add" ? container::add_mounts(context, id, mounts)
                      : container::remove_mounts(context, id, mounts));
  return 0;
}

}  // namespace

constinit const cli::Command kMountsCommand{.name = "mounts",
                                            .summary = "add mounts to a running container, or remove them",
                                            .description = R"(
Adds all mounts of FILE or, if one of them fails, none. To remove, the destinations count, and the last one goes first;
what still uses such a mount keeps it until it lets go. They last as long as the container, and its config.json is not
changed.)",
                                            .positionals = kPositionals,
                                            .run = run};

}  // namespace masu::runtime
