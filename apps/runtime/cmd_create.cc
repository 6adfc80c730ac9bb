// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr const cli::Option* kOptions[] = {
    &kBundle,  &kConfig,       &kConsoleSocket, &kPidfdSocket,   &kPidFile,
    &kNoPivot, &kNoNewKeyring, &kPreserveFds,   &kIgnoredDetach, &kIgnoredNoSubreaper};
constexpr cli::Positional kPositionals[] = {kNewId};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_creating_context(call));
  const auto options = TRY(create_options(call));
  TRY(container::create(context, options));
  return 0;
}

}  // namespace

constinit const cli::Command kCreateCommand{.name = "create",
                                            .summary = "create a container",
                                            .description = R"(
Makes the container of a bundle up to the point where its program would run, which waits for `start`. Later changes of
config.json have no effect.)",
                                            .options = kOptions,
                                            .positionals = kPositionals,
                                            .run = run};

}  // namespace masu::runtime
