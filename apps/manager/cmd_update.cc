// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/container.h"
#include "masu/manager/events.h"
#include "masu/manager/life.h"
#include "masu/shim/options.h"
#include "masu/spec/write.h"
#include "run_limits.h"
#include "run_policies.h"

namespace masu::manager {
namespace {

constexpr const cli::Option* kOptions[] = {&kMemory,     &kMemorySwap, &kCpus,   &kCpuShares,
                                           &kCpusetCpus, &kPidsLimit,  &kRestart};
constexpr std::int64_t kPeriod = 100'000;  // µs, of which --cpus is a part

// What is given, in the record and as the runtime wants it.
Result<spec::Resources> apply(const cli::Call& call, Request& request) {
  Request given;
  TRY(read_limits(call, {}, given));
  spec::Resources out;
  const cli::Arguments& arguments = call.arguments;
  if (arguments.has(kMemory)) out.memory.emplace().limit = request.memory = given.memory;
  if (arguments.has(kMemorySwap)) {
    if (!out.memory) out.memory.emplace();
    out.memory->swap = request.memory_swap = given.memory_swap;
  }
  if (request.memory_swap > 0 && request.memory_swap < request.memory)
    return fail(Error::make(Kind::usage, "--memory would be more than memory and swap together may be")
                    .hint("give --memory-swap too"));
  if (arguments.has(kCpus) || arguments.has(kCpuShares) || arguments.has(kCpusetCpus)) {
    spec::Cpu& cpu = out.cpu.emplace();
    if (arguments.has(kCpus)) {
      cpu.quota = request.cpu_quota = given.cpu_quota;
      cpu.period = kPeriod;
    }
    if (arguments.has(kCpuShares)) cpu.shares = request.cpu_shares = given.cpu_shares;
    if (arguments.has(kCpusetCpus)) cpu.cpus = request.cpuset_cpus = given.cpuset_cpus;
  }
  if (arguments.has(kPidsLimit)) out.pids_limit = request.pids_limit = given.pids_limit;
  return out;
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
  const bool limits = resources.memory || resources.cpu || resources.pids_limit;
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
