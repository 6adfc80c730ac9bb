// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "option.h"
#include "prune.h"
#include "volumes.h"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

namespace masu::manager {
namespace {

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "those with a name of their own too"};
constexpr cli::Option kForce{.name = "force", .letter = 'f', .help = "do not ask"};
constexpr cli::Option kFilter = values("filter", "FILTER", "those alone: label=, label!=, until=24h");
constexpr const cli::Option* kOptions[] = {&kAll, &kForce, &kFilter};

Result<bool> agrees(const cli::Call& call, bool all) {
  TRY(call.env.print(cat("This removes all ", all ? "" : "anonymous ",
                         "volumes that no container has, and what is in them. Go on? [y/N] ")));
  std::array<char, 64> answer{};
  const ssize_t size = read(STDIN_FILENO, answer.data(), answer.size());
  return size > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

Result<int> run(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  const Place place = TRY(make_place(call));
  if (!given.has(kForce) && !TRY(agrees(call, given.has(kAll)))) return 1;
  std::string removed;
  for (const std::string& name : TRY(prune_volumes(place, given.values(kFilter), given.has(kAll))))
    removed += name + "\n";
  TRY(call.env.print(removed));
  return 0;
}

}  // namespace

Result<std::vector<std::string>> prune_volumes(const Place& place,
                                               const std::vector<std::string_view>& filters, bool all) {
  std::vector<std::string> out;
  const std::set<std::string> used = TRY(used_volumes(place));
  std::vector<Volume> there = TRY(list_volumes(place));
  const auto volumes = TRY(filter_volumes(std::move(there), filters, used));
  for (const Volume& volume : volumes) {
    if (used.contains(volume.name) || (!volume.anonymous && !all)) continue;
    auto removed = remove_volume(place, volume.name);
    if (removed)
      out.push_back(volume.name);
    else if (removed.error().kind() != Kind::not_found && removed.error().kind() != Kind::invalid_state)
      return fail(std::move(removed).error());
  }
  return out;
}

constinit const cli::Command kVolumePruneCommand{
    .name = "volume prune",
    .summary = "remove volumes that no container has",
    .description = "Anonymous ones alone, unless --all is given. Asks first, unless --force is given.",
    .options = kOptions,
    .run = run};

}  // namespace masu::manager
