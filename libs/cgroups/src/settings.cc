// SPDX-License-Identifier: Apache-2.0
//
// Every limit of linux.resources as writes, v1's and v2's side by side.
#include "masu/cgroups/settings.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <cmath>

namespace masu::cgroups {
namespace {

using Settings = std::vector<Setting>;

std::string number_or_max(std::int64_t value) { return value < 0 ? "max" : cat(value); }

/// 0 stands for "not set" in the resources that clients send (contract of runc's users); so it is left alone.
template <class T>
bool given(const std::optional<T>& value) {
  return value.has_value() && *value != 0;
}

std::string memory_path(std::string_view member) { return cat("linux.resources.memory.", member); }
std::string cpu_path(std::string_view member) { return cat("linux.resources.cpu.", member); }
std::string block_path(std::string_view member) { return cat("linux.resources.blockIO.", member); }

// v1

void append_memory_v1(const spec::Memory& memory, Settings& out) {
  const auto write = [&out](const char* file, std::int64_t value, const char* member, Group group,
                            bool optional) {
    out.push_back({"memory", file, cat(value), memory_path(member), group, optional});
  };
  if (memory.use_hierarchy)
    out.push_back({"memory", "memory.use_hierarchy", *memory.use_hierarchy ? "1" : "0",
                   memory_path("useHierarchy"), Group::none, *memory.use_hierarchy});
  if (given(memory.limit))
    write("memory.limit_in_bytes", *memory.limit, "limit", Group::memory, *memory.limit < 0);
  if (given(memory.swap))
    write("memory.memsw.limit_in_bytes", *memory.swap, "swap", Group::memory, *memory.swap < 0);
  else if (memory.limit && *memory.limit < 0)  // the limit cannot exceed memory+swap: both are lifted
    write("memory.memsw.limit_in_bytes", -1, "limit", Group::memory, true);
  if (given(memory.reservation))
    write("memory.soft_limit_in_bytes", *memory.reservation, "reservation", Group::none,
          *memory.reservation < 0);
  // The kernel's own memory is a part of `limit` by now; what still has the file takes the value and ignores
  // it.
  if (given(memory.kernel)) write("memory.kmem.limit_in_bytes", *memory.kernel, "kernel", Group::none, true);
  if (given(memory.kernel_tcp))
    write("memory.kmem.tcp.limit_in_bytes", *memory.kernel_tcp, "kernelTCP", Group::none,
          *memory.kernel_tcp < 0);
  if (memory.swappiness)
    out.push_back({"memory", "memory.swappiness", cat(*memory.swappiness), memory_path("swappiness")});
  if (memory.disable_oom_killer)
    out.push_back({"memory", "memory.oom_control", *memory.disable_oom_killer ? "1" : "0",
                   memory_path("disableOOMKiller"), Group::none, !*memory.disable_oom_killer});
}

void append_cpu_v1(const spec::Cpu& cpu, Settings& out) {
  // An idle group has no shares of its own and refuses them; the flag is set first (Linux 5.15).
  if (cpu.idle)
    out.push_back({"cpu", "cpu.idle", cat(*cpu.idle), cpu_path("idle"), Group::none, *cpu.idle == 0});
  if (given(cpu.shares) && cpu.idle != 1)
    out.push_back({"cpu", "cpu.shares", cat(*cpu.shares), cpu_path("shares")});
  const auto group = Group::bandwidth;
  if (given(cpu.period))
    out.push_back({"cpu", "cpu.cfs_period_us", cat(*cpu.period), cpu_path("period"), group});
  if (given(cpu.quota))
    out.push_back(
        {"cpu", "cpu.cfs_quota_us", cat(std::max<std::int64_t>(*cpu.quota, -1)), cpu_path("quota"), group});
  if (cpu.burst)
    out.push_back({"cpu", "cpu.cfs_burst_us", cat(*cpu.burst), cpu_path("burst"), group, *cpu.burst == 0});
  if (given(cpu.realtime_period))
    out.push_back(
        {"cpu", "cpu.rt_period_us", cat(*cpu.realtime_period), cpu_path("realtimePeriod"), Group::realtime});
  if (given(cpu.realtime_runtime))
    out.push_back({"cpu", "cpu.rt_runtime_us", cat(*cpu.realtime_runtime), cpu_path("realtimeRuntime"),
                   Group::realtime});
}

void append_block_v1(const spec::BlockIo& block, Settings& out) {
  // CFQ's files went with Linux 5.0; BFQ's carry its own name.
  const auto weigh = [&out](const char* file, const char* bfq_file, const std::string& value,
                            const char* member) {
    out.push_back({"blkio", file, value, block_path(member), Group::none, false, bfq_file, value});
  };
  if (given(block.weight)) weigh("blkio.weight", "blkio.bfq.weight", cat(*block.weight), "weight");
  if (given(block.leaf_weight)) weigh("blkio.leaf_weight", "", cat(*block.leaf_weight), "leafWeight");
  for (const auto& device : block.weight_device) {
    const std::string name = cat(device.major, ":", device.minor, " ");
    if (given(device.weight))
      weigh("blkio.weight_device", "blkio.bfq.weight_device", name + cat(*device.weight), "weightDevice");
    if (given(device.leaf_weight))
      weigh("blkio.leaf_weight_device", "", name + cat(*device.leaf_weight), "weightDevice");
  }
  const auto throttle = [&out](const char* file, const std::vector<spec::ThrottleDevice>& devices,
                               const char* member) {
    for (const auto& device : devices)
      out.push_back(
          {"blkio", file, cat(device.major, ":", device.minor, " ", device.rate), block_path(member)});
  };
  throttle("blkio.throttle.read_bps_device", block.throttle_read_bps_device, "throttleReadBpsDevice");
  throttle("blkio.throttle.write_bps_device", block.throttle_write_bps_device, "throttleWriteBpsDevice");
  throttle("blkio.throttle.read_iops_device", block.throttle_read_iops_device, "throttleReadIOPSDevice");
  throttle("blkio.throttle.write_iops_device", block.throttle_write_iops_device, "throttleWriteIOPSDevice");
}

// v2

Result<> append_memory_v2(const spec::Memory& memory, Settings& out) {
  const auto swap = swap_max_of_memory_swap(memory.swap, memory.limit);
  if (!swap) return fail(Error::spec(memory_path("swap"), swap.error().message()));
  if (*swap)
    out.push_back(
        {"memory", "memory.swap.max", number_or_max(**swap), memory_path("swap"), Group::none, **swap <= 0});
  if (given(memory.limit))
    out.push_back({"memory", "memory.max", number_or_max(*memory.limit), memory_path("limit"), Group::none,
                   *memory.limit < 0});
  if (given(memory.reservation))
    out.push_back({"memory", "memory.low", number_or_max(*memory.reservation), memory_path("reservation")});
  return {};
}

void append_cpu_v2(const spec::Cpu& cpu, Settings& out) {
  if (cpu.idle)
    out.push_back({"cpu", "cpu.idle", cat(*cpu.idle), cpu_path("idle"), Group::none, *cpu.idle == 0});
  if (const auto weight = weight_of_shares(cpu.shares.value_or(0)); weight && cpu.idle != 1)
    out.push_back({"cpu", "cpu.weight", cat(*weight), cpu_path("shares")});
  if (given(cpu.quota) || given(cpu.period)) {
    const std::int64_t quota = cpu.quota.value_or(0);
    std::string value = quota > 0 ? cat(quota) : "max";
    if (given(cpu.period)) value += cat(" ", *cpu.period);
    out.push_back({"cpu", "cpu.max", value, cpu_path(given(cpu.quota) ? "quota" : "period"), Group::bandwidth,
                   quota <= 0});
  }
  if (cpu.burst)
    out.push_back(
        {"cpu", "cpu.max.burst", cat(*cpu.burst), cpu_path("burst"), Group::bandwidth, *cpu.burst == 0});
}

void append_block_v2(const spec::BlockIo& block, Settings& out) {
  if (given(block.weight))
    out.push_back({"io", "io.bfq.weight", cat(*block.weight), block_path("weight"), Group::none, false,
                   "io.weight", cat(io_weight_of_blkio(*block.weight))});
  for (const auto& device : block.weight_device)
    if (given(device.weight)) {
      const std::string number = cat(device.major, ":", device.minor, " ");
      out.push_back({"io", "io.bfq.weight", cat(number, *device.weight), block_path("weightDevice"),
                     Group::none, false, "io.weight", cat(number, io_weight_of_blkio(*device.weight))});
    }
  const auto limit = [&out](const char* key, const std::vector<spec::ThrottleDevice>& devices,
                            const char* member) {
    for (const auto& device : devices)
      out.push_back(
          {"io", "io.max",
           cat(device.major, ":", device.minor, " ", key, device.rate == 0 ? "max" : cat(device.rate)),
           block_path(member)});
  };
  limit("rbps=", block.throttle_read_bps_device, "throttleReadBpsDevice");
  limit("wbps=", block.throttle_write_bps_device, "throttleWriteBpsDevice");
  limit("riops=", block.throttle_read_iops_device, "throttleReadIOPSDevice");
  limit("wiops=", block.throttle_write_iops_device, "throttleWriteIOPSDevice");
}

/// Files of the v2 core that act on processes: a write to them is no setting.
bool acts_on_processes(std::string_view file) {
  constexpr std::string_view kFiles[] = {"cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.freeze",
                                         "cgroup.type"};
  return std::ranges::find(kFiles, file) != std::end(kFiles);
}

Result<> append_unified(const std::map<std::string, std::string>& unified, Settings& out) {
  for (const auto& [key, value] : unified) {
    const std::size_t dot = key.find('.');
    const std::string path = cat("linux.resources.unified.", key);
    if (dot == 0 || dot == std::string::npos || dot + 1 == key.size() || key.find('/') != std::string::npos)
      return fail(Error::spec(path, cat(quote(key), " is not of the form CONTROLLER.PARAM")));
    if (acts_on_processes(key)) return fail(Error::spec(path, cat(quote(key), " is not a limit")));
    for (const std::string_view line : text::split(value, '\n'))
      if (!line.empty() || value.empty()) out.push_back({key.substr(0, dot), key, std::string(line), path});
  }
  return {};
}

// the same files in both

/// v2 has neither controller: the kernel's answer there is that the file is missing.
void append_network(const spec::NetworkResources& network, Settings& out) {
  if (network.class_id)
    out.push_back({"net_cls", "net_cls.classid", cat(*network.class_id), "linux.resources.network.classID",
                   Group::none, *network.class_id == 0});
  for (const auto& entry : network.priorities)
    out.push_back({"net_prio", "net_prio.ifpriomap", cat(entry.name, " ", entry.priority),
                   "linux.resources.network.priorities"});
}

void append_cpuset(const spec::Cpu& cpu, Settings& out) {
  if (!cpu.cpus.empty()) out.push_back({"cpuset", "cpuset.cpus", cpu.cpus, cpu_path("cpus")});
  if (!cpu.mems.empty()) out.push_back({"cpuset", "cpuset.mems", cpu.mems, cpu_path("mems")});
}

void append_pids(std::int64_t limit, Settings& out) {
  // 0 would forbid the container's own process; the peers, and systemd, make it 1.
  out.push_back({"pids", "pids.max", limit == 0 ? "1" : number_or_max(limit), "linux.resources.pids.limit",
                 Group::none, limit < 0});
}

/// "2MB": what the kernel names its files after.
bool is_page_size(std::string_view size) {
  if (size.size() < 3 || !size.ends_with('B')) return false;
  const char unit = size[size.size() - 2];
  const auto number = text::parse_int<std::uint32_t>(size.substr(0, size.size() - 2));
  return number.value_or(0) > 0 && (unit == 'K' || unit == 'M' || unit == 'G');
}

Result<> append_hugepages(const std::vector<spec::HugepageLimit>& limits, const char* suffix, Settings& out) {
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const spec::HugepageLimit& limit = limits[i];
    const std::string path = cat("linux.resources.hugepageLimits[", i, "]");
    if (!is_page_size(limit.page_size))
      return fail(Error::spec(path + ".pageSize", cat(quote(limit.page_size), " is no size such as 2MB")));
    const std::string prefix = cat("hugetlb.", limit.page_size, ".");
    out.push_back({"hugetlb", prefix + suffix, cat(limit.limit), path});
    // What is reserved counts before a page is touched (Linux 5.7); older kernels have only the first file.
    out.push_back({"hugetlb", cat(prefix, "rsvd.", suffix), cat(limit.limit), path, Group::none, true});
  }
  return {};
}

void append_rdma(const std::map<std::string, spec::Rdma>& rdma, Settings& out) {
  for (const auto& [device, limit] : rdma) {
    std::string value = device;
    if (limit.hca_handles) value += cat(" hca_handle=", *limit.hca_handles);
    if (limit.hca_objects) value += cat(" hca_object=", *limit.hca_objects);
    out.push_back({"rdma", "rdma.max", value, cat("linux.resources.rdma.", device)});
  }
}

}  // namespace

std::optional<std::uint64_t> weight_of_shares(std::uint64_t shares) {
  if (shares == 0) return std::nullopt;
  if (shares <= 2) return 1;
  if (shares >= 262144) return 10000;
  // A curve through (2, 1), (1024, 100) and (262144, 10000); less an epsilon, so that 100.00000000000001
  // stays 100.
  const double log = std::log2(static_cast<double>(shares));
  const double exponent = (log * log + 125 * log) / 612.0 - 7.0 / 34.0;
  return static_cast<std::uint64_t>(std::ceil(std::pow(10, exponent) - 1e-9));
}

std::uint64_t io_weight_of_blkio(std::uint64_t weight) {
  if (weight == 0) return 0;
  return 1 + (std::max<std::uint64_t>(weight, 10) - 10) * 9999 / 990;
}

Result<std::optional<std::int64_t>> swap_max_of_memory_swap(std::optional<std::int64_t> memory_swap,
                                                            std::optional<std::int64_t> memory) {
  const std::int64_t swap = memory_swap.value_or(0), limit = memory.value_or(0);
  if (swap == 0) return limit < 0 ? std::optional<std::int64_t>(-1) : std::nullopt;
  if (swap < 0) return -1;
  if (limit <= 0) return fail(Error::spec("", "memory+swap cannot be limited without a memory limit"));
  if (swap < limit)
    return fail(Error::spec("", cat(swap, " is less than memory.limit, which it includes (", limit, ")")));
  return swap - limit;
}

Result<std::vector<Setting>> settings_v1(const spec::Resources& resources) {
  Settings out;
  if (!resources.unified.empty())
    return fail(
        Error::spec("linux.resources.unified", "invalid configuration: cgroup v1 has no unified settings"));
  if (resources.memory) append_memory_v1(*resources.memory, out);
  if (resources.cpu) {
    append_cpu_v1(*resources.cpu, out);
    append_cpuset(*resources.cpu, out);
  }
  if (resources.pids_limit) append_pids(*resources.pids_limit, out);
  if (resources.block_io) append_block_v1(*resources.block_io, out);
  TRY(append_hugepages(resources.hugepage_limits, "limit_in_bytes", out));
  if (resources.network) append_network(*resources.network, out);
  append_rdma(resources.rdma, out);
  return out;
}

Result<std::vector<Setting>> settings_v2(const spec::Resources& resources) {
  Settings out;
  if (resources.memory) TRY(append_memory_v2(*resources.memory, out));
  if (resources.cpu) {
    append_cpu_v2(*resources.cpu, out);
    append_cpuset(*resources.cpu, out);
  }
  if (resources.pids_limit) append_pids(*resources.pids_limit, out);
  if (resources.block_io) append_block_v2(*resources.block_io, out);
  TRY(append_hugepages(resources.hugepage_limits, "max", out));
  if (resources.network) append_network(*resources.network, out);
  append_rdma(resources.rdma, out);
  TRY(append_unified(resources.unified, out));
  return out;
}

}  // namespace masu::cgroups
