// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "stop_options.h"

namespace masu::manager {
namespace {

constexpr cli::Option kForce{
    .name = "force", .letter = 'f', .help = "kill it if it runs; none of that name is fine"};
constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "all containers"};
constexpr cli::Option kVolumes{
    .name = "volumes", .letter = 'v', .help = "with the anonymous volumes, as after --rm"};
constexpr cli::Option kTime{.name = "time",
                            .letter = 't',
                            .takes = cli::Option::Takes::value,
                            .argument = "SECONDS",
                            .help = "with -f: give it so long to end by itself"};
constexpr cli::Option kDepend{
    .name = "depend", .help = "with the containers that share its network or another namespace of it"};
constexpr cli::Option kNoSignal{};
constexpr const cli::Option* kOptions[] = {
    &kForce, &kAll, &kVolumes, &kTime, &kEachFilterLong, &kEachIgnore, &kEachLatest, &kEachCidFile, &kDepend};

Result<> remove_one(const Place& place, const Request& request, bool force, bool with_volumes,
                    const StopOptions& wait) {
  if (force && wait.seconds) {
    TRY(stop(place, request, wait));
    if (request.remove) return {};  // that removed it
  }
  const store::Lock held = TRY(lock(place, request.id));
  const Phase phase = read_state(place, request).phase;
  if (!force && is_running(phase))
    return fail(
        Error::make(Kind::invalid_state, cat("container ", request.name, " is running"))
            .hint(cat("masu stop ", request.name, " stops it, masu rm -f ", request.name, " kills it")));
  return remove(place, request, with_volumes);
}

// Whose network, processes, shared memory, names or ids are the other's.
bool depends_on(const Request& request, const Request& other) {
  for (const std::string* mode : {&request.network, &request.pid_mode, &request.ipc_mode, &request.uts_mode,
                                  &request.cgroup_mode, &request.userns})
    if (*mode == cat("container:", other.id) || *mode == cat("container:", other.name)) return true;
  return false;
}

// Those that depend on it first, and on these before.
Result<> remove_with_dependents(const Place& place, const Request& request, bool force, bool with_volumes,
                                const StopOptions& wait) {
  for (const Request& other : TRY(list(place)))
    if (depends_on(other, request)) TRY(remove_with_dependents(place, other, force, with_volumes, wait));
  return remove_one(place, request, force, with_volumes, wait);
}

Result<int> run(const cli::Call& call) {
  const bool force = call.arguments.has(kForce);
  const StopOptions wait = TRY(read_stop(call, kTime, kNoSignal));
  return each_container(call, {.all = call.arguments.has(kAll), .ignore_missing = force},
                        [&](const Place& place, const Request& request) -> Result<std::string> {
                          const auto act = call.arguments.has(kDepend) ? remove_with_dependents : remove_one;
                          TRY(act(place, request, force, call.arguments.has(kVolumes), wait));
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
