// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/unsupported.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <span>

namespace masu::spec {
namespace {

template <class T>
struct Unsupported {
  std::string_view member;
  bool (*used)(const T&);
};

// From what an absent object means.
template <class T>
bool differs(const std::optional<T>& item) {
  return item && *item != T{};
}

bool asks_for_something(const BlockIo& io) {
  return io.weight.value_or(0) != 0 || io.leaf_weight.value_or(0) != 0 || !io.weight_device.empty() ||
         !io.throttle_read_bps_device.empty() || !io.throttle_write_bps_device.empty() ||
         !io.throttle_read_iops_device.empty() || !io.throttle_write_iops_device.empty();
}

bool has_option(const Mount& mount, std::string_view option) {
  return std::ranges::find(mount.options, option) != mount.options.end();
}

constexpr Unsupported<Process> kProcess[] = {
    {"apparmorProfile",
     [](const Process& p) { return !p.apparmor_profile.empty() && p.apparmor_profile != "unconfined"; }},
    {"selinuxLabel", [](const Process& p) { return !p.selinux_label.empty(); }},
    {"scheduler", [](const Process& p) { return p.scheduler.has_value(); }},
    {"ioPriority", [](const Process& p) { return p.io_priority.has_value(); }},
    {"execCPUAffinity", [](const Process& p) { return differs(p.exec_cpu_affinity); }},
};

constexpr Unsupported<Mount> kMount[] = {
    {"uidMappings", [](const Mount& m) { return !m.uid_mappings.empty(); }},
    {"gidMappings", [](const Mount& m) { return !m.gid_mappings.empty(); }},
    {"options", [](const Mount& m) { return has_option(m, "idmap") || has_option(m, "ridmap"); }},
};

constexpr Unsupported<Linux> kLinux[] = {
    {"netDevices", [](const Linux& l) { return !l.net_devices.empty(); }},
    {"intelRdt", [](const Linux& l) { return l.intel_rdt.has_value(); }},
    {"memoryPolicy", [](const Linux& l) { return l.memory_policy.has_value(); }},
    {"mountLabel", [](const Linux& l) { return !l.mount_label.empty(); }},
    {"personality", [](const Linux& l) { return differs(l.personality); }},
};

constexpr Unsupported<Resources> kResources[] = {
    {"blockIO", [](const Resources& r) { return r.block_io && asks_for_something(*r.block_io); }},
    {"hugepageLimits", [](const Resources& r) { return !r.hugepage_limits.empty(); }},
    {"network", [](const Resources& r) { return differs(r.network); }},
    {"rdma", [](const Resources& r) { return !r.rdma.empty(); }},
};

template <class T>
Result<> refuse(std::span<const Unsupported<T>> table, const T& item, std::string_view path) {
  for (const auto& [member, used] : table)
    if (used(item)) return fail(Error::make(Kind::unsupported, "not supported yet").at(cat(path, member)));
  return {};
}

}  // namespace

Result<> refuse_unsupported(const Config& config) {
  if (config.process) TRY(refuse<Process>(kProcess, *config.process, "process."));
  for (std::size_t i = 0; i < config.mounts.size(); ++i)
    TRY(refuse<Mount>(kMount, config.mounts[i], cat("mounts[", i, "].")));
  TRY(refuse<Linux>(kLinux, config.linux_, "linux."));
  if (!config.linux_.resources) return {};
  return refuse<Resources>(kResources, *config.linux_.resources, "linux.resources.");
}

Result<> refuse_unsupported(const Process& process) { return refuse<Process>(kProcess, process, ""); }

Result<> refuse_unsupported(const Resources& resources) {
  return refuse<Resources>(kResources, resources, "");
}

}  // namespace masu::spec
