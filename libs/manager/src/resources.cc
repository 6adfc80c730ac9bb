// SPDX-License-Identifier: Apache-2.0
#include "resources.h"

#include "devices.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/limits.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace masu::manager {
namespace {

constexpr std::uint64_t kCpuPeriod = 100'000;
constexpr std::int64_t kDefaultPids = 2048;

void set_memory(spec::Resources& resources, const Request& request) {
  if (request.memory == 0 && request.memory_swap == 0 && request.memory_reservation == 0 &&
      !request.memory_swappiness && !request.oom_kill_disable)
    return;
  spec::Memory& memory = resources.memory.emplace();
  if (request.memory != 0) memory.limit = request.memory;
  if (request.memory_swap != 0) memory.swap = request.memory_swap;
  if (request.memory_reservation != 0) memory.reservation = request.memory_reservation;
  memory.swappiness = request.memory_swappiness;
  if (request.oom_kill_disable) memory.disable_oom_killer = true;
}

void set_cpu(spec::Resources& resources, const Request& request) {
  if (request.cpu_quota == 0 && request.cpu_period == 0 && request.cpu_shares == 0 &&
      request.cpu_rt_runtime == 0 && request.cpu_rt_period == 0 && request.cpuset_cpus.empty() &&
      request.cpuset_mems.empty())
    return;
  spec::Cpu& cpu = resources.cpu.emplace();
  if (request.cpu_quota != 0) cpu.quota = request.cpu_quota;
  if (request.cpu_quota != 0 || request.cpu_period != 0)
    cpu.period = request.cpu_period != 0 ? request.cpu_period : kCpuPeriod;
  if (request.cpu_shares != 0) cpu.shares = request.cpu_shares;
  if (request.cpu_rt_runtime != 0) cpu.realtime_runtime = request.cpu_rt_runtime;
  if (request.cpu_rt_period != 0) cpu.realtime_period = request.cpu_rt_period;
  cpu.cpus = request.cpuset_cpus;
  cpu.mems = request.cpuset_mems;
}

Result<std::pair<std::int64_t, std::int64_t>> block_device(const std::string& path) {
  struct stat status{};
  if (const int seen = sys::raw::fstatat(AT_FDCWD, path.c_str(), &status, 0); seen < 0)
    return fail(Error::sys(-seen, cat("look at ", quote(path))));
  if (!S_ISBLK(status.st_mode))
    return fail(Error::make(Kind::usage, cat(quote(path), " is no block device")));
  return std::pair<std::int64_t, std::int64_t>{major(status.st_rdev), minor(status.st_rdev)};
}

Result<> add_throttles(const std::map<std::string, std::uint64_t>& rates,
                       std::vector<spec::ThrottleDevice>& out) {
  for (const auto& [path, rate] : rates) {
    const auto [major, minor] = TRY(block_device(path));
    out.push_back({.major = major, .minor = minor, .rate = rate});
  }
  return {};
}

Result<> set_block_io(spec::Resources& resources, const Request& request) {
  if (request.blkio_weight == 0 && request.blkio_weights.empty() && request.read_bps.empty() &&
      request.write_bps.empty() && request.read_iops.empty() && request.write_iops.empty())
    return {};
  spec::BlockIo& io = resources.block_io.emplace();
  if (request.blkio_weight != 0) io.weight = static_cast<std::uint16_t>(request.blkio_weight);
  for (const auto& [path, weight] : request.blkio_weights) {
    const auto [major, minor] = TRY(block_device(path));
    io.weight_device.push_back({major, minor, static_cast<std::uint16_t>(weight), {}});
  }
  TRY(add_throttles(request.read_bps, io.throttle_read_bps_device));
  TRY(add_throttles(request.write_bps, io.throttle_write_bps_device));
  TRY(add_throttles(request.read_iops, io.throttle_read_iops_device));
  return add_throttles(request.write_iops, io.throttle_write_iops_device);
}

}  // namespace

Result<spec::Resources> limits_of(const Request& request) {
  spec::Resources out;
  set_memory(out, request);
  set_cpu(out, request);
  TRY(set_block_io(out, request));
  if (request.pids_limit != 0) out.pids_limit = request.pids_limit;
  return out;
}

Result<> set_resources(spec::Config& config, const Request& request, const Facts& facts) {
  if (!request.cgroups) {
    config.linux_.resources.reset();
    return set_devices(config, request, facts);
  }
  spec::Resources& resources = config.linux_.resources.emplace();
  if (!facts.in_user_namespace)  // whoever cannot make device nodes needs no list of them
    resources.devices = {{.allow = request.privileged,
                          .type = 'a',
                          .major = {},
                          .minor = {},
                          .read = true,
                          .write = true,
                          .mknod = true}};
  const auto devices = std::move(resources.devices);
  resources = TRY(limits_of(request));
  resources.devices = devices;
  if (request.pids_limit == 0 && facts.limits_processes) resources.pids_limit = kDefaultPids;
  resources.unified = request.cgroup_conf;
  // Nothing asked for and nothing to be had: an ordinary user's container runs without.
  if (facts.in_user_namespace && resources == spec::Resources{}) config.linux_.resources.reset();
  return set_devices(config, request, facts);
}

}  // namespace masu::manager
