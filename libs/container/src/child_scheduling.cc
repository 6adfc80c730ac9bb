// SPDX-License-Identifier: Apache-2.0
//
// How the kernel runs the process: CPUs, scheduler, I/O priority, memory policy, personality.
#include "child.h"
#include "masu/sys/raw.h"

#include <array>

namespace masu::container {
namespace {

using sys::raw::call;

// struct sched_attr of sched_setattr(2), in its first version: libcs have it or have it not.
struct SchedulerAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};
static_assert(sizeof(SchedulerAttributes) == 48);

void set_scheduler(const spec::Scheduler& wanted, Child& child) noexcept {
  child.at(Step::scheduler);
  const SchedulerAttributes attributes{.size = sizeof attributes,
                                       .policy = static_cast<std::uint32_t>(wanted.policy),
                                       .flags = wanted.flags,
                                       .nice = wanted.nice,
                                       .priority = static_cast<std::uint32_t>(wanted.priority),
                                       .runtime = wanted.runtime,
                                       .deadline = wanted.deadline,
                                       .period = wanted.period};
  check(child, static_cast<int>(call(SYS_sched_setattr, 0, &attributes, 0)));
}

// Of the process group, which is ours alone since setsid(2): what the process starts inherits it.
void set_io_priority(const spec::IoPriority& wanted, Child& child) noexcept {
  child.at(Step::io_priority);
  constexpr int kProcessGroup = 2, kClassShift = 13;  // IOPRIO_WHO_PGRP, IOPRIO_PRIO_VALUE of ioprio_set(2)
  check(child, static_cast<int>(
                   call(SYS_ioprio_set, kProcessGroup, 0, wanted.class_ << kClassShift | wanted.priority)));
}

void set_memory_policy(const MemoryPolicyPlan& wanted, Child& child) noexcept {
  child.at(Step::memory_policy);
  // One bit more than there are: the kernel takes it off again (set_mempolicy(2)).
  const unsigned long bits = wanted.nodes.empty() ? 0 : wanted.nodes.size() * 8 + 1;
  check(child, static_cast<int>(
                   call(SYS_set_mempolicy, wanted.mode, bits == 0 ? nullptr : wanted.nodes.data(), bits)));
}

// Of 8192 CPUs, as many as a kernel can be built for (NR_CPUS).
constexpr auto kAllCpus = [] {
  std::array<unsigned char, 1024> mask{};
  for (auto& byte : mask) byte = 0xff;
  return mask;
}();

int set_cpus(const void* mask, std::size_t size) noexcept {
  return static_cast<int>(call(SYS_sched_setaffinity, 0, size, mask));
}

}  // namespace

void set_initial_cpus(Child& child) noexcept {
  const std::string& cpus = child.process.initial_cpus;
  if (cpus.empty()) return;
  child.at(Step::cpu_affinity, 0);
  check(child, set_cpus(cpus.data(), cpus.size()));
}

void set_final_cpus(Child& child) noexcept {
  const std::string& cpus = child.process.final_cpus;
  if (!cpus.empty()) {
    child.at(Step::cpu_affinity, 1);
    check(child, set_cpus(cpus.data(), cpus.size()));
  } else if (child.process.all_cpus) {
    // The kernel takes what it can have of it: no CPU out of the cpuset, and no bit beyond its own.
    (void)set_cpus(kAllCpus.data(), kAllCpus.size());
  }
}

void set_scheduling(Child& child) noexcept {
  const ProcessPlan& process = child.process;
  if (process.scheduler) set_scheduler(*process.scheduler, child);
  if (process.io_priority) set_io_priority(*process.io_priority, child);
  if (process.memory_policy) set_memory_policy(*process.memory_policy, child);
  if (process.personality) {
    child.at(Step::personality);
    check(child, static_cast<int>(call(SYS_personality, *process.personality)));
  }
}

}  // namespace masu::container
