// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/container.h"
#include "masu/manager/events.h"
#include "masu/manager/life.h"
#include "masu/manager/limits.h"
#include "masu/shim/options.h"
#include "masu/spec/write.h"
#include "run_limits.h"
#include "run_policies.h"

namespace masu::manager {
namespace {

constexpr const cli::Option* kOptions[] = {
    &kMemory,   &kMemorySwap,  &kReservation,  &kSwappiness, &kCpus,       &kCpuShares,   &kCpuPeriod,
    &kCpuQuota, &kCpuRtPeriod, &kCpuRtRuntime, &kCpusetCpus, &kCpusetMems, &kBlkioWeight, &kBlkioWeightDevice,
    &kReadBps,  &kWriteBps,    &kReadIops,     &kWriteIops,  &kPidsLimit,  &kRestart};

// What is given, in the record and as the runtime wants it.
Result<spec::Resources> apply(const cli::Call& call, Request& request) {
  Request given;
  TRY(read_limits(call, {}, given));
  const auto take = [&](const cli::Option& option, auto member) {
    if (call.arguments.has(option)) request.*member = given.*member;
  };
  take(kMemory, &Request::memory);
  take(kMemorySwap, &Request::memory_swap);
  take(kReservation, &Request::memory_reservation);
  take(kSwappiness, &Request::memory_swappiness);
  for (const cli::Option* quota : {&kCpus, &kCpuQuota}) take(*quota, &Request::cpu_quota);
  for (const cli::Option* period : {&kCpus, &kCpuPeriod}) take(*period, &Request::cpu_period);
  take(kCpuShares, &Request::cpu_shares);
  take(kCpuRtPeriod, &Request::cpu_rt_period);
  take(kCpuRtRuntime, &Request::cpu_rt_runtime);
  take(kCpusetCpus, &Request::cpuset_cpus);
  take(kCpusetMems, &Request::cpuset_mems);
  take(kBlkioWeight, &Request::blkio_weight);
  take(kBlkioWeightDevice, &Request::blkio_weights);
  take(kReadBps, &Request::read_bps);
  take(kWriteBps, &Request::write_bps);
  take(kReadIops, &Request::read_iops);
  take(kWriteIops, &Request::write_iops);
  take(kPidsLimit, &Request::pids_limit);
  if (request.memory_swap > 0 && request.memory_swap < request.memory)
    return fail(Error::make(Kind::usage, "--memory would be more than memory and swap together may be")
                    .hint("give --memory-swap too"));
  return limits_of(given);
}

Result<> update_one(const cli::Call& call, const Place& place, const Request& found) {
  const store::Lock held = TRY(lock(place, found.id));
  const Request before = TRY(load(place, found.id));
  Request request = before;
  const spec::Resources resources = TRY(apply(call, request));
  if (call.arguments.has(kRestart)) {
    request.restart = call.arguments.value(kRestart);
    if (request.remove && request.restart != "no")
      return fail(Error::make(Kind::usage, cat("container ", request.name, " goes when it ends (--rm)")));
  }
  TRY(replace_record(place, request));
  const bool limits = resources != spec::Resources{};
  if (limits && is_running(read_state(place, request).phase)) {
    auto updated =
        ShimClient(place.shim_folder(request.id)).get("POST", "/update", {}, spec::to_json(resources));
    if (!updated) {
      TRY(replace_record(place, before));
      return fail(std::move(updated).error());
    }
  }
  record_event(place, request, "update");
  return {};
}

Result<int> run(const cli::Call& call) {
  bool given = false;
  for (const cli::Option* option : kOptions) given = given || call.arguments.has(*option);
  if (!given) return fail(Error::make(Kind::usage, "there is nothing to change: no option is given"));
  if (call.arguments.has(kRestart))
    TRY_IN(shim::RestartPolicy::parse(call.arguments.value(kRestart)), "--restart");
  return each_container(call, {}, [&](const Place& place, const Request& request) -> Result<std::string> {
    TRY(update_one(call, place, request));
    return std::string();
  });
}

}  // namespace

constinit const cli::Command kUpdateCommand{.name = "update",
                                            .summary = "change the limits of containers",
                                            .description = R"(
Limits of a running container change at once. --restart holds from its next start on.)",
                                            .options = kOptions,
                                            .positionals = kContainers,
                                            .run = run};

}  // namespace masu::manager
