// SPDX-License-Identifier: Apache-2.0
#include "update.h"

#include "inspect.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/write.h"
#include "resctrl.h"

#include <algorithm>

namespace masu::container {
namespace {

template <class T>
void take(std::optional<T>& into, const std::optional<T>& from) {
  if (from) into = from;
}

// 0 stands for "not set" in what clients send.
template <class T>
void take_unless_zero(std::optional<T>& into, const std::optional<T>& from) {
  if (from && *from != 0) into = from;
}

void take(std::string& into, const std::string& from) {
  if (!from.empty()) into = from;
}

template <class T>
void take(std::map<std::string, T>& into, const std::map<std::string, T>& from) {
  for (const auto& [key, item] : from) into.insert_or_assign(key, item);
}

template <class T, class Same>
void take_each(std::vector<T>& into, const std::vector<T>& from, const Same& same) {
  for (const T& item : from) {
    const auto found = std::ranges::find_if(into, [&](const T& known) { return same(known, item); });
    if (found != into.end())
      *found = item;
    else
      into.push_back(item);
  }
}

// The kernel of v2 counts swap by itself, so that a new limit of memory moves the sum; v1's keeps the sum,
// and lifts it with an unlimited memory only.
void move_swap(spec::Memory& base, std::int64_t limit, cgroups::LayoutKind kind) {
  if (base.swap.value_or(0) <= 0) return;
  if (limit < 0)
    base.swap = -1;
  else if (kind == cgroups::LayoutKind::v2 && base.limit.value_or(0) > 0)
    *base.swap += limit - *base.limit;
}

void merge(spec::Memory& base, const spec::Memory& changes, cgroups::LayoutKind kind) {
  if (changes.limit.value_or(0) != 0 && changes.swap.value_or(0) == 0) move_swap(base, *changes.limit, kind);
  take_unless_zero(base.limit, changes.limit);
  take_unless_zero(base.reservation, changes.reservation);
  take_unless_zero(base.swap, changes.swap);
  take(base.swappiness, changes.swappiness);
  take(base.disable_oom_killer, changes.disable_oom_killer);
  take(base.check_before_update, changes.check_before_update);
}

void merge(spec::Cpu& base, const spec::Cpu& changes) {
  take_unless_zero(base.shares, changes.shares);
  take_unless_zero(base.quota, changes.quota);
  take(base.burst, changes.burst);
  take_unless_zero(base.period, changes.period);
  take_unless_zero(base.realtime_runtime, changes.realtime_runtime);
  take_unless_zero(base.realtime_period, changes.realtime_period);
  take(base.cpus, changes.cpus);
  take(base.mems, changes.mems);
  take(base.idle, changes.idle);
}

void merge(spec::BlockIo& base, const spec::BlockIo& changes) {
  take_unless_zero(base.weight, changes.weight);
  take_unless_zero(base.leaf_weight, changes.leaf_weight);
  const auto same = [](const auto& a, const auto& b) { return a.major == b.major && a.minor == b.minor; };
  take_each(base.weight_device, changes.weight_device, same);
  take_each(base.throttle_read_bps_device, changes.throttle_read_bps_device, same);
  take_each(base.throttle_write_bps_device, changes.throttle_write_bps_device, same);
  take_each(base.throttle_read_iops_device, changes.throttle_read_iops_device, same);
  take_each(base.throttle_write_iops_device, changes.throttle_write_iops_device, same);
}

void merge(spec::NetworkResources& base, const spec::NetworkResources& changes) {
  take(base.class_id, changes.class_id);
  take_each(base.priorities, changes.priorities,
            [](const auto& a, const auto& b) { return a.name == b.name; });
}

// The part of `base` that `changes` speaks of, made if it is not there.
template <class T, class... More>
void merge_part(std::optional<T>& base, const std::optional<T>& changes, More... more) {
  if (!changes) return;
  if (!base) base.emplace();
  merge(*base, *changes, more...);
}

Result<> refuse_unless_alive(const Inspection& container) {
  const std::string who = cat("cannot update container ", quote(container.record.id), ": ");
  if (container.status == Status::stopped)
    return fail(Error::make(Kind::invalid_state, cat(who, "container not running")));
  if (container.status == Status::creating)
    return fail(Error::make(Kind::invalid_state, cat(who, "container not running: it is being created")));
  if (!container.cgroups)
    return fail(Error::make(Kind::unsupported, cat(who, "it was made without cgroups")));
  return {};
}

}  // namespace

spec::Resources merge_resources(spec::Resources base, const spec::Resources& changes,
                                cgroups::LayoutKind kind) {
  merge_part(base.memory, changes.memory, kind);
  merge_part(base.cpu, changes.cpu);
  take(base.pids_limit, changes.pids_limit);
  merge_part(base.block_io, changes.block_io);
  take_each(base.hugepage_limits, changes.hugepage_limits,
            [](const auto& a, const auto& b) { return a.page_size == b.page_size; });
  merge_part(base.network, changes.network);
  take(base.rdma, changes.rdma);
  take(base.unified, changes.unified);
  return base;
}

Result<> update(const Context& context, const std::string& id, spec::Resources changes,
                const spec::IntelRdt& shares) {
  Inspection container = TRY(inspect(context, id));
  TRY(refuse_unless_alive(container));
  if (!changes.devices.empty()) MASU_DEBUG("rules for devices are not changed by an update");
  changes.devices.clear();
  const sys::Fd lock = TRY(container.entry.lock());  // of two updates the later one adds to the earlier one
  spec::Config config = TRY(container.entry.read_config());
  const spec::Resources before = config.linux_.resources.value_or(spec::Resources{});
  // The container's own wish holds for later limits too.
  if (changes.memory && !changes.memory->check_before_update && before.memory)
    changes.memory->check_before_update = before.memory->check_before_update;
  TRY(update_resctrl(container.record.resctrl, shares.l3_cache_schema, shares.mem_bw_schema));
  TRY_IN(container.cgroups->update(changes), cat("update container ", quote(id)));
  if (config.linux_.intel_rdt) {
    take(config.linux_.intel_rdt->l3_cache_schema, shares.l3_cache_schema);
    take(config.linux_.intel_rdt->mem_bw_schema, shares.mem_bw_schema);
  }
  // Written after the effect: what is on record is what the kernel has taken.
  config.linux_.resources = merge_resources(before, changes, container.cgroups->saved().kind);
  TRY_IN(sys::replace_file_at(container.entry.dir(), kConfigFile, spec::to_json(config), 0600),
         "keep the new limits");
  return {};
}

}  // namespace masu::container
