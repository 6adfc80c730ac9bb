// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"

namespace masu::manager {
namespace {

constexpr cli::Option kForce{
    .name = "force", .letter = 'f', .help = "kill it if it runs; none of that name is fine"};
constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all containers"};
constexpr cli::Option kVolumes{
    .name = "volumes", .letter = 'v', .help = "with the anonymous volumes, as after --rm"};
constexpr const cli::Option* kOptions[] = {&kForce, &kAll, &kVolumes};

Result<> remove_one(const Place& place, const Request& request, bool force, bool with_volumes) {
  const store::Lock held = TRY(lock(place, request.id));
  const Phase phase = read_state(place, request).phase;
  if (!force && (phase == Phase::running || phase == Phase::paused))
    return fail(
        Error::make(Kind::invalid_state, cat("container ", request.name, " is running"))
            .hint(cat("masu stop ", request.name, " stops it, masu rm -f ", request.name, " kills it")));
  return remove(place, request, with_volumes);
}

Result<int> run(const cli::Call& call) {
  const bool force = call.arguments.has(kForce);
  return each_container(call, {.all = call.arguments.has(kAll), .ignore_missing = force},
                        [&](const Place& place, const Request& request) -> Result<std::string> {
                          TRY(remove_one(place, request, force, call.arguments.has(kVolumes)));
                          return std::string();
                        });
}

}  // namespace

constinit const cli::Command kRmCommand{.name = "rm",
                                        .summary = "remove containers",
                                        .options = kOptions,
                                        .positionals = kContainers,
                                        .run = run};

}  // namespace masu::manager
