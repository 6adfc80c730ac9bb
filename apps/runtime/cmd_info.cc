// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "host.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kFormat{.name = "format",
                              .letter = 'f',
                              .takes = Takes::value,
                              .argument = "FORMAT",
                              .values = {From::choices, "text json"},
                              .help = "print in this form; text by default"};
constexpr const cli::Option* kOptions[] = {&kFormat};

Result<int> run(const cli::Call& call) {
  const Host host = read_host();
  const bool json = call.arguments.value(kFormat) == "json";
  TRY(call.env.print(json ? host_json(host) : host_text(host)));
  return 0;
}

}  // namespace

constinit const cli::Command kInfoCommand{.name = "info",
                                          .summary = "print facts about this machine",
                                          .description = R"(
Tells version, kernel, operating system, cores, memory, how cgroups are set up and where they are mounted, their
controllers, and the namespaces. It needs no privileges; what cannot be read is left empty.)",
                                          .options = kOptions,
                                          .run = run};

}  // namespace masu::runtime
