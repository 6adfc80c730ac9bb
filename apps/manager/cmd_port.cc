// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/network.h"

namespace masu::manager {
namespace {

constexpr cli::Positional kPositionals[] = {kContainer[0],
                                            {.name = "PORT[/PROTOCOL]",
                                             .count = cli::Positional::Count::optional,
                                             .help = "of the container; all by default"}};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  const auto record = TRY(network::read_record(network_folders(place), request.id));
  const std::string_view word = call.arguments.positional(1);
  std::string wanted;
  if (!word.empty()) wanted = TRY(network::parse_expose(word)).front();
  std::string text;
  for (const network::Port& port : record ? record->ports : std::vector<network::Port>()) {
    const std::string inner = cat(port.container_port, "/", port.protocol);
    if (wanted.empty())
      text += cat(inner, " -> ", network::shown_host_side(port), "\n");
    else if (inner == wanted)
      text += network::shown_host_side(port) + "\n";
  }
  if (!wanted.empty() && text.empty())
    return fail(Error::make(Kind::not_found,
                            cat("container ", request.name, " has no published port ", quote(wanted))));
  TRY(call.env.print(text));
  return 0;
}

}  // namespace

constinit const cli::Command kPortCommand{.name = "port",
                                          .summary = "list the published ports of a container that runs",
                                          .positionals = kPositionals,
                                          .run = run};

}  // namespace masu::manager
