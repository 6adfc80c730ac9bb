// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "globals.h"
#include "masu/base/try.h"
#include "update_options.h"

#include <unistd.h>

namespace masu::runtime {
namespace {

constexpr const cli::Option* kOptions[] = {
    &kResources,     &kMemory,      &kMemoryReservation, &kMemorySwap,     &kCpuShare,
    &kCpuQuota,      &kCpuPeriod,   &kCpuBurst,          &kCpuRtPeriod,    &kCpuRtRuntime,
    &kCpuIdle,       &kCpusetCpus,  &kCpusetMems,        &kPidsLimit,      &kBlkioWeight,
    &kL3CacheSchema, &kMemBwSchema, &kKernelMemory,      &kKernelMemoryTcp};
constexpr cli::Positional kPositionals[] = {kId};

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  const auto resources = TRY(update_resources(call.arguments, STDIN_FILENO));
  const spec::IntelRdt shares{.l3_cache_schema = std::string(call.arguments.value(kL3CacheSchema)),
                              .mem_bw_schema = std::string(call.arguments.value(kMemBwSchema))};
  TRY(container::update(context, std::string(call.arguments.positional(0)), resources, shares));
  return 0;
}

}  // namespace

constinit const cli::Command kUpdateCommand{.name = "update",
                                            .summary = "change the limits of a container",
                                            .description = R"(
Changes what is given and leaves other limits as they are: all of it, or, when the kernel refuses a value, nothing. A
paused container stays paused. Rules for devices are never changed.)",
                                            .options = kOptions,
                                            .positionals = kPositionals,
                                            .run = run};

}  // namespace masu::runtime
