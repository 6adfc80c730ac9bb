// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "live.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "processes.h"

namespace masu::manager {
namespace {

constexpr cli::Positional kPositionals[] = {
    kContainer[0],
    {.name = "DESCRIPTOR",
     .count = cli::Positional::Count::any,
     .help = "columns, as in pid,user,args; those of ps(1) that are called \"-o …\" too"}};

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  std::string descriptors;
  const auto& words = call.arguments.positionals();
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "-o" || words[i] == "o" || words[i] == "-eo") continue;
    for (const std::string_view word : text::split(words[i], ' '))
      if (!word.empty() && word != "-o") descriptors += cat(descriptors.empty() ? "" : ",", word);
  }
  // "-ef", "aux" and their like are ps's own choice of columns; ours has the same in it.
  if (descriptors.empty() || descriptors == "-ef" || descriptors == "aux" || descriptors == "-aux")
    descriptors = kDefaultDescriptors;
  const std::vector<pid_t> pids = TRY(read_pids(place, request));
  const Processes processes = TRY(describe_processes(pids, descriptors));
  cli::Columns table(processes.headings);
  for (const auto& row : processes.rows) table.add(row);
  TRY(call.env.print(table.text()));
  return 0;
}

}  // namespace

constinit const cli::Command kTopCommand{.name = "top",
                                         .summary = "list the processes of a container, as it sees them",
                                         .description = R"(
Descriptors are user uid huser group gid hgroup pid hpid ppid pgid sid pcpu etime time tty comm args state nice vsz rss;
those with h are of the host.)",
                                         .positionals = kPositionals,
                                         .options_first = true,
                                         .run = run};

}  // namespace masu::manager
