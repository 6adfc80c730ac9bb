// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kDetach{
    .name = "detach", .letter = 'd', .help = "return when the program runs, instead of waiting for its end"};
constexpr cli::Option kKeep{.name = "keep", .help = "do not delete the container when its program has ended"};
constexpr cli::Option kNoSubreaper{.name = "no-subreaper",
                                   .help = "do not adopt processes that the container leaves behind"};

constexpr const cli::Option* kOptions[] = {&kDetach,      &kBundle,  &kConfig,     &kConsoleSocket,
                                           &kPidfdSocket, &kPidFile, &kNoPivot,    &kNoNewKeyring,
                                           &kPreserveFds, &kKeep,    &kNoSubreaper};
constexpr cli::Positional kPositionals[] = {kNewId};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_creating_context(call));
  return container::run(context, TRY(create_options(call)),
                        {.detach = call.arguments.has(kDetach),
                         .keep = call.arguments.has(kKeep),
                         .no_subreaper = call.arguments.has(kNoSubreaper)});
}

}  // namespace

constinit const cli::Command kRunCommand{.name = "run",
                                         .summary = "create a container and run its program",
                                         .description = R"(
Without --detach the program has the caller's terminal or standard streams, signals are passed on to it, its exit code
becomes that of the command, and the container is deleted at its end.)",
                                         .options = kOptions,
                                         .positionals = kPositionals,
                                         .run = run};

}  // namespace masu::runtime
