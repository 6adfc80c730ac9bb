// SPDX-License-Identifier: Apache-2.0
// `masu system prune` and `masu system reset`.
#include "commands.h"
#include "confirm.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/events.h"
#include "masu/manager/filter.h"
#include "masu/manager/life.h"
#include "masu/store/tree.h"
#include "prune.h"
#include "shown.h"

#include <fcntl.h>

namespace masu::manager {
namespace {

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "images too that no container has"};
constexpr cli::Option kFilter{
    .name = "filter",
    .takes = cli::Option::Takes::values,
    .argument = "KEY=VALUE",
    .help = "of the containers those alone that match: until=TIME, label=NAME[=VALUE]"};
constexpr cli::Option kVolumes{.name = "volumes", .help = "anonymous volumes that no container has, too"};
constexpr const cli::Option* kPruneOptions[] = {&kAll, &kForceYes, &kFilter, &kVolumes};
constexpr const cli::Option* kResetOptions[] = {&kForceYes};

Result<int> prune(const cli::Call& call) {
  const bool all = call.arguments.has(kAll), volumes = call.arguments.has(kVolumes);
  if (!TRY(confirmed(call,
                     cat("This will remove all containers that do not run, all networks that none is in, ",
                         volumes ? "all anonymous volumes that none has, " : "", "and all images ",
                         all ? "that no container has." : "without a name."))))
    return 0;
  const Place place = TRY(make_place(call));
  const store::Store store = TRY(open_store(call));
  const Pruned gone = TRY(prune_containers(place, call.arguments.values(kFilter)));
  std::string text;
  if (!gone.names.empty()) text += "Deleted Containers:\n";
  for (const std::string& id : gone.names) text += id + "\n";
  const auto add = [&text](std::string_view title, const std::vector<std::string>& names) {
    if (!names.empty()) text += cat(text.empty() ? "" : "\n", title, "\n", text::join(names, "\n"), "\n");
  };
  const std::vector<std::string> networks = TRY(prune_networks(place));
  add("Deleted Networks:", networks);
  if (volumes) {
    const std::vector<std::string> removed = TRY(prune_volumes(place, {}, false));
    add("Deleted Volumes:", removed);
  }
  const Pruned images = TRY(prune_images(place, store, all, {}));
  if (!images.names.empty()) text += cat(text.empty() ? "" : "\n", "Deleted Images:\n");
  for (const std::string& line : images.names) text += line + "\n";
  TRY(call.env.print(cat(text, text.empty() ? "" : "\n",
                         "Total reclaimed space: ", shown_size(gone.bytes + images.bytes), "\n")));
  return 0;
}

// Containers first, each by its own way, since they run; then the folders that are ours, and no others:
// --root may be a folder with something else in it.
Result<int> reset(const cli::Call& call) {
  if (!TRY(confirmed(call, "This will remove all containers, all images and all volumes."))) return 0;
  const Place place = TRY(make_place(call));
  TRY(mend(place));
  for (const Request& request : TRY(list(place))) {
    const auto held = lock(place, request.id);
    if (held) TRY_IN(remove(place, request), cat("remove container ", request.name));
  }
  for (const char* name : {"containers", "names", "volumes", "secrets", "networks", "events", "refs",
                           "index.json", "layers", "blobs", "ingest", "locks", "driver", "oci-layout"})
    TRY(store::remove_tree(AT_FDCWD, cat(place.root, "/", name).c_str()));
  for (const char* name : {"shims", "runtime"})
    TRY(store::remove_tree(AT_FDCWD, cat(place.state, "/", name).c_str()));
  return 0;
}

}  // namespace

constinit const cli::Command kSystemPruneCommand{
    .name = "system prune", .summary = "remove what is not used", .options = kPruneOptions, .run = prune};
constinit const cli::Command kSystemResetCommand{.name = "system reset",
                                                 .summary = "remove all containers, images and volumes",
                                                 .options = kResetOptions,
                                                 .run = reset};

}  // namespace masu::manager
