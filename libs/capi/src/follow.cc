// SPDX-License-Identifier: Apache-2.0
//
// What a container uses: once, and again and again with the OOM killer's doings.
#include "masu/base/try.h"
#include "masu/container/events.h"
#include "objects.h"

namespace container = masu::container;
using masu::Error;
using masu::fail;
using masu::Kind;
using masu::Result;
using namespace masu::capi;

namespace {

constexpr std::uint64_t kNone = UINT64_MAX;

masu_stats flatten(const masu::cgroups::Stats& stats) {
  const auto limit = [](const masu::cgroups::MemoryCounter& counter) { return counter.limit; };
  return {.size = sizeof(masu_stats),
          .cpu_total_ns = stats.cpu.total,
          .cpu_user_ns = stats.cpu.user,
          .cpu_kernel_ns = stats.cpu.kernel,
          .cpu_throttled_ns = stats.cpu.throttled,
          .memory_bytes = stats.memory.memory.usage,
          .memory_max_bytes = stats.memory.memory.max,
          .memory_limit_bytes = limit(stats.memory.memory),
          .memory_cache_bytes = stats.memory.cache,
          .swap_bytes = stats.memory.swap.usage,
          .swap_limit_bytes = limit(stats.memory.swap),
          .pids = stats.pids.current,
          .pids_limit = stats.pids.limit == 0 ? kNone : stats.pids.limit};
}

// As much of the structure as the caller's version of it has.
Result<> fill(const masu_stats& known, masu_stats* out) {
  const std::size_t size = out->size;
  if (size < sizeof out->size) return fail(Error::make(Kind::usage, "the statistics have no size"));
  memset(out, 0, size);
  memcpy(out, &known, std::min(size, sizeof known));
  out->size = size;
  return {};
}

Result<> follow(const masu_container& container, const masu_follow_options* given) {
  const auto options = TRY(read_options<masu_follow_options>(given, MASU_FOLLOW_OPTIONS_INIT));
  if (options.interval_ms <= 0) return fail(Error::make(Kind::usage, "the interval is not above 0"));
  constexpr std::int64_t kLongest = std::int64_t{1000} * 60 * 60 * 24 * 365;
  bool ended = false;  // by a callback
  const auto go_on = [&ended](int answer) -> Result<> {
    ended = answer != 0;
    if (ended) return fail(Error::make(Kind::internal, "ended by the caller"));
    return {};
  };
  container::Follower follower;
  follower.interval = std::chrono::milliseconds(std::min(options.interval_ms, kLongest));
  follower.output = options.until_fd;
  follower.on_stats = [&](const masu::cgroups::Stats& stats) -> Result<> {
    const masu_stats flat = flatten(stats);
    return go_on(options.on_stats == nullptr ? 0 : options.on_stats(&flat, options.data));
  };
  follower.on_oom = [&](const masu::cgroups::OomWatch::Event& event) -> Result<> {
    return go_on(options.on_oom == nullptr ? 0 : options.on_oom(event.kills, options.data));
  };
  auto followed = container::follow(container.context, container.id, follower);
  if (ended) return {};
  return followed;
}

}  // namespace

int masu_container_stats(masu_container* container, masu_stats* stats, masu_error** error) {
  const auto read = [&]() -> Result<> {
    return fill(flatten(TRY(container::stats(container->context, container->id))), stats);
  };
  return finish(read(), error);
}

int masu_follow(masu_container* container, const masu_follow_options* options, masu_error** error) {
  return finish(follow(*container, options), error);
}
