// SPDX-License-Identifier: Apache-2.0
// `masu container prune`.
#include "commands.h"
#include "confirm.h"
#include "container_rows.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/shim/log_record.h"
#include "prune.h"
#include "shown.h"

namespace masu::manager {
namespace {

constexpr cli::Option kFilter{.name = "filter",
                              .takes = cli::Option::Takes::values,
                              .argument = "KEY=VALUE",
                              .help = "those alone that match: until=TIME, label=NAME[=VALUE], label!=…"};
constexpr const cli::Option* kOptions[] = {&kForceYes, &kFilter};

Result<int> run(const cli::Call& call) {
  if (!TRY(confirmed(call, "This will remove all containers that do not run."))) return 0;
  const Place place = TRY(make_place(call));
  const Pruned gone = TRY(prune_containers(place, call.arguments.values(kFilter)));
  std::string text = gone.names.empty() ? "" : "Deleted Containers:\n";
  for (const std::string& id : gone.names) text += id + "\n";
  TRY(call.env.print(
      cat(text, text.empty() ? "" : "\n", "Total reclaimed space: ", shown_size(gone.bytes), "\n")));
  return 0;
}

}  // namespace

Result<Pruned> prune_containers(const Place& place, const std::vector<std::string_view>& texts) {
  const Filters filters = TRY(Filters::parse(texts, "until label"));
  const auto until = TRY(filters.until());
  Pruned out;
  const std::vector<Request> containers = TRY(list(place));
  for (const Request& request : containers) {
    if (!filters.labels(request.labels)) continue;
    if (until && shim::parse_time(request.created).value_or(0) > *until) continue;
    if (is_running(read_state(place, request).phase)) continue;
    const auto held = lock(place, request.id);
    if (!held || is_running(read_state(place, request).phase)) continue;
    const std::uint64_t bytes = written_bytes(place, request);
    TRY(remove(place, request));
    out.names.push_back(request.id);
    out.bytes += bytes;
  }
  return out;
}

constinit const cli::Command kContainerPruneCommand{.name = "container prune",
                                                    .summary = "remove all containers that do not run",
                                                    .options = kOptions,
                                                    .run = run};

}  // namespace masu::manager
