// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"
#include "matching.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kAll{
    .name = "all", .letter = 'a', .help = "to every process of the container; a stopped one is no error"};
constexpr const cli::Option* kOptions[] = {&kAll, &kRegex};
constexpr cli::Positional kPositionals[] = {
    kId,
    {.name = "SIGNAL",
     .count = cli::Positional::Count::optional,
     .values = {From::choices, "HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH"},
     .help = "name, with or without SIG and in any letter case, or number; TERM by default"}};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  const std::string_view given = call.arguments.positional(1, "TERM");
  const auto signal = spec::find_signal(given);
  if (!signal) return fail(Error::make(Kind::usage, cat("unknown signal ", quote(given))));
  return for_each_match(call, context, [&](const std::string& id) {
    return container::kill(context, id, *signal, call.arguments.has(kAll));
  });
}

}  // namespace

constinit const cli::Command kKillCommand{.name = "kill",
                                          .summary = "send a signal to a container",
                                          .description = R"(
The signal goes to the container's first process. KILL reaches every process, also where the container has no pid
namespace of its own.)",
                                          .options = kOptions,
                                          .positionals = kPositionals,
                                          .run = run};

}  // namespace masu::runtime
