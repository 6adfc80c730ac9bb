// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "program.h"
#include "volumes.h"

namespace masu::manager {
namespace {

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all volumes"};
constexpr cli::Option kForce{
    .name = "force", .letter = 'f', .help = "with the containers that have it; none of that name is fine"};
constexpr const cli::Option* kOptions[] = {&kAll, &kForce};

Result<> remove_one(const Place& place, std::string_view text, bool force) {
  auto volume = find_volume(place, text);
  if (!volume && force && volume.error().kind() == Kind::not_found) return {};
  const std::string name = TRY(std::move(volume)).name;
  if (force) {
    const std::vector<Request> users = TRY(users_of_volume(place, name));
    for (const Request& user : users) {
      const auto held = lock(place, user.id);
      if (held) TRY_IN(remove(place, user), cat("container ", user.name));
    }
  }
  auto removed = remove_volume(place, name);
  if (!removed && removed.error().kind() == Kind::not_found) return {};  // it went with its container
  return removed;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  std::vector<std::string> names;
  for (const std::string_view name : call.arguments.positionals()) names.emplace_back(name);
  if (call.arguments.has(kAll))
    for (Volume& volume : TRY(list_volumes(place))) names.push_back(std::move(volume.name));
  if (names.empty() && !call.arguments.has(kAll))
    return fail(Error::make(Kind::usage, "'volume rm' requires a volume"));
  int code = 0;
  for (const std::string& name : names) {
    if (const auto removed = remove_one(place, name, call.arguments.has(kForce)); !removed) {
      print_error(removed.error());
      code = 1;
    } else {
      TRY(call.env.print(name + "\n"));
    }
  }
  return code;
}

}  // namespace

constinit const cli::Command kVolumeRmCommand{.name = "volume rm",
                                              .summary = "remove volumes and what is in them",
                                              .options = kOptions,
                                              .positionals = kVolumes,
                                              .run = run};

}  // namespace masu::manager
