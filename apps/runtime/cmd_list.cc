// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "format.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "report.h"

#include <cerrno>

#include <unistd.h>

namespace masu::runtime {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = Takes::value,
                              .argument = "FORMAT",
                              .values = {From::choices, "table json"},
                              .help = "print in this form; a table by default"};
constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print the ids alone"};
constexpr const cli::Option* kOptions[] = {&kFormat, &kQuiet};

// A state directory that was named must be there; the default one comes with the first container.
Result<std::vector<container::State>> read_states(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  if (::access(context.root.c_str(), F_OK) < 0) {
    if (errno != ENOENT || !call.globals.value(kRoot).empty())
      return fail(Error::sys(errno, cat("open ", quote(context.root))));
    return {};
  }
  std::vector<Error> skipped;
  auto states = container::list(context, &skipped);
  for (const Error& error : skipped) print_error(error);
  return states;
}

Result<int> run(const cli::Call& call) {
  const auto states = TRY(read_states(call));
  if (call.arguments.has(kQuiet)) {
    TRY(call.env.print(list_ids(states)));
  } else if (call.arguments.value(kFormat) == "json") {
    TRY(call.env.print(list_json(states)));
  } else {
    TRY(call.env.print(list_table(states)));
  }
  return 0;
}

}  // namespace

constinit const cli::Command kListCommand{.name = "list",
                                          .summary = "list the containers",
                                          .description = R"(
Lists the containers below the state directory. One that cannot be read is told on standard error and left out.)",
                                          .options = kOptions,
                                          .run = run};

}  // namespace masu::runtime
