// SPDX-License-Identifier: Apache-2.0
//
// containerd-shim-masu-v2: containers of containerd's, by masu::container. containerd calls it; the command
// line is that of every shim of its runtime v2.
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/env.h"
#include "masu/cli/help.h"
#include "masu/cli/parse.h"
#include "masu/containerd/shim.h"
#include "masu/sys/fd.h"
#include "masu/sys/protect.h"
#include "options.h"

#include <unistd.h>

namespace masu::containerd {
namespace {

Result<ShimOptions> read_options(const cli::Arguments& arguments, const cli::Env& env) {
  ShimOptions options;
  for (const cli::Option* needed : {&kNamespace, &kId})
    if (arguments.value(*needed).empty())
      return fail(Error::make(Kind::usage, cat("-", needed->name, " must be given")));
  options.name_space = arguments.value(kNamespace);
  options.id = arguments.value(kId);
  options.address = arguments.value(kAddress);
  options.bundle = TRY_IN(env.absolute(arguments.value(kBundle, ".")), "-bundle");
  options.ttrpc_address = env.variable("TTRPC_ADDRESS");
  options.debug = arguments.has(kDebug);
  return options;
}

Result<> run(const cli::Env& env, char** argv, char** envp) {
  const cli::Arguments arguments = TRY(cli::parse(kProgram, env.words.subspan(env.words.empty() ? 0 : 1)));
  if (arguments.has(cli::kHelp)) return env.print(cli::help(kProgram, kProgram.name));
  if (arguments.has(kVersion))
    return env.print(
        cat(kProgram.name, ":\n  Version:  ", MASU_VERSION, "\n  Revision: ", MASU_COMMIT, "\n"));
  const std::string_view action = arguments.positionals().empty() ? "" : arguments.positionals().front();
  const ShimOptions options = TRY(read_options(arguments, env));
  if (options.debug) TRY(log::open({.level = log::Level::debug}));
  if (action == "start") {
    const std::string input = TRY_IN(sys::read_all(STDIN_FILENO), "read the options on stdin");
    return env.print(TRY(start_shim(options, input)));
  }
  if (action == "delete") return env.print(TRY(delete_container(options)));
  if (action != "serve")
    return fail(Error::make(Kind::usage, action.empty() ? "an action must be given"
                                                        : cat("unknown action ", quote(action)))
                    .hint("start, delete or serve"));
  TRY(sys::protect_executable(argv, envp, 0));
  TRY(log::open({.level = options.debug ? log::Level::debug : log::Level::info}));
  return serve(options);
}

int report(const Error& error) {
  std::string text = cat(kProgram.name, ": ", error.message(), "\n");
  if (!error.hint_text().empty()) text += cat("hint: ", error.hint_text(), "\n");
  (void)cli::Env{.out = STDERR_FILENO}.print(text);
  return 1;
}

}  // namespace
}  // namespace masu::containerd

int main(int argc, char** argv) {
  const auto done = masu::containerd::run(
      {.words = {argv, static_cast<std::size_t>(argc)}, .variables = environ}, argv, environ);
  return done ? 0 : masu::containerd::report(done.error());
}
