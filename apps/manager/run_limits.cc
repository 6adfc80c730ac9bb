// SPDX-License-Identifier: Apache-2.0
#include "run_limits.h"

#include "masu/spec/names.h"

#include <algorithm>

namespace masu::manager {
namespace {

// "1.5": microseconds of each 100 ms.
Result<std::int64_t> parse_cpus(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole = text::parse_int<std::uint32_t>(dot == 0 ? "0" : text.substr(0, dot));
  std::string decimals(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  decimals.resize(5, '0');
  const auto part = text::parse_int<std::uint32_t>(decimals);
  const std::int64_t quota = whole && part ? std::int64_t{*whole} * 100'000 + *part : 0;
  if (quota < 1000) return fail(wrong(kCpus, text, "expected a number, 0.01 or more"));
  return quota;
}

Result<> read_memory(const cli::Call& call, Request& out) {
  out.memory = TRY(read_bytes(call, kMemory));
  out.memory_swap = TRY(read_bytes(call, kMemorySwap));
  if (out.memory_swap > 0 && out.memory_swap < out.memory)
    return fail(wrong(kMemorySwap, call.arguments.value(kMemorySwap),
                      "it counts memory too, and is less than --memory"));
  out.memory_reservation = TRY(read_bytes(call, kReservation));
  if (out.memory > 0 && out.memory_reservation > out.memory)
    return fail(wrong(kReservation, call.arguments.value(kReservation), "it is more than --memory"));
  if (call.arguments.value(kSwappiness) != "-1" && call.arguments.has(kSwappiness)) {
    TRY(read_number(call, kSwappiness, out.memory_swappiness.emplace()));
    if (*out.memory_swappiness > 100)
      return fail(wrong(kSwappiness, call.arguments.value(kSwappiness), "expected 0 to 100"));
  }
  out.oom_kill_disable = call.arguments.has(kOomKillDisable);
  return {};
}

Result<> read_cpu(const cli::Call& call, Request& out) {
  if (call.arguments.has(kCpus) && (call.arguments.has(kCpuQuota) || call.arguments.has(kCpuPeriod)))
    return fail(Error::make(Kind::usage, "--cpus is another way to say --cpu-quota and --cpu-period"));
  if (call.arguments.has(kCpus)) out.cpu_quota = TRY(parse_cpus(call.arguments.value(kCpus)));
  TRY(read_number(call, kCpuQuota, out.cpu_quota));
  TRY(read_number(call, kCpuPeriod, out.cpu_period));
  TRY(read_number(call, kCpuRtRuntime, out.cpu_rt_runtime));
  TRY(read_number(call, kCpuRtPeriod, out.cpu_rt_period));
  TRY(read_number(call, kCpuShares, out.cpu_shares));
  out.cpuset_cpus = call.arguments.value(kCpusetCpus);
  out.cpuset_mems = call.arguments.value(kCpusetMems);
  return {};
}

// "DEVICE:VALUE", where the device's path may have colons itself.
Result<> read_of_devices(const cli::Call& call, const cli::Option& option, bool bytes,
                         std::map<std::string, std::uint64_t>& out) {
  for (const std::string_view given : call.arguments.values(option)) {
    const auto colon = given.rfind(':');
    const std::string_view text = colon == std::string_view::npos ? "" : given.substr(colon + 1);
    const auto size = bytes ? parse_bytes(text) : text::parse_int<std::int64_t>(text);
    if (!size || *size < 0 || !given.starts_with('/'))
      return fail(
          wrong(option, given, bytes ? "expected DEVICE:SIZE, as in /dev/sda:1m" : "expected DEVICE:N"));
    out.insert_or_assign(std::string(given.substr(0, colon)), static_cast<std::uint64_t>(*size));
  }
  return {};
}

Result<> read_block_io(const cli::Call& call, Request& out) {
  TRY(read_number(call, kBlkioWeight, out.blkio_weight));
  TRY(read_of_devices(call, kBlkioWeightDevice, false, out.blkio_weights));
  const auto is_weight = [](std::uint64_t weight) { return weight >= 10 && weight <= 1000; };
  if (out.blkio_weight != 0 && !is_weight(out.blkio_weight))
    return fail(wrong(kBlkioWeight, call.arguments.value(kBlkioWeight), "expected 10 to 1000"));
  for (const auto& [path, weight] : out.blkio_weights)
    if (!is_weight(weight)) return fail(wrong(kBlkioWeightDevice, path, "expected DEVICE:N, 10 to 1000"));
  TRY(read_of_devices(call, kReadBps, true, out.read_bps));
  TRY(read_of_devices(call, kWriteBps, true, out.write_bps));
  TRY(read_of_devices(call, kReadIops, false, out.read_iops));
  return read_of_devices(call, kWriteIops, false, out.write_iops);
}

Result<> read_cgroup(const cli::Call& call, Request& out) {
  out.cgroup_parent = call.arguments.value(kCgroupParent);
  if (call.arguments.has(kCgroupParent) &&
      (!out.cgroup_parent.starts_with('/') || cat(out.cgroup_parent, "/").find("/../") != std::string::npos))
    return fail(wrong(kCgroupParent, out.cgroup_parent, "expected a path from the root of cgroups on"));
  while (out.cgroup_parent.ends_with('/')) out.cgroup_parent.pop_back();
  const std::string_view mode = call.arguments.value(kCgroups, "enabled");
  if (mode == "split") return fail(Error::make(Kind::unsupported, "--cgroups split is not supported"));
  out.cgroups = mode != "disabled";
  for (const std::string_view item : call.arguments.values(kCgroupConf)) {
    const auto [name, value] = split_pair(item);
    if (name.empty() || value.empty()) return fail(wrong(kCgroupConf, item, "expected FILE=VALUE"));
    out.cgroup_conf.insert_or_assign(name, value);
  }
  return {};
}

Result<> read_ulimits(const cli::Call& call, Request& out) {
  for (const std::string_view given : call.arguments.values(kUlimit)) {
    if (given == "host") {
      out.host_ulimits = true;
      continue;
    }
    auto [name, rest] = split_pair(given);
    std::string full = "RLIMIT_" + name;
    std::ranges::transform(full, full.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    const auto number = [](std::string_view text) {
      return text == "unlimited" || text == "-1" ? std::optional<std::uint64_t>(UINT64_MAX)
                                                 : text::parse_int<std::uint64_t>(text);
    };
    const auto colon = rest.find(':');
    const auto soft = number(rest.substr(0, colon)),
               hard = colon == std::string::npos ? soft : number(rest.substr(colon + 1));
    if (!spec::find_value(spec::rlimits(), full) || !soft || !hard || *soft > *hard)
      return fail(wrong(kUlimit, given, "expected NAME=SOFT[:HARD], as in nofile=1024:2048"));
    out.ulimits.push_back({full, *soft, *hard});
  }
  return {};
}

}  // namespace

Result<> read_limits(const cli::Call& call, const image::Config&, Request& out) {
  TRY(read_memory(call, out));
  TRY(read_cpu(call, out));
  TRY(read_block_io(call, out));
  TRY(read_cgroup(call, out));
  TRY(read_number(call, kPidsLimit, out.pids_limit));
  if (call.arguments.has(kPidsLimit) && out.pids_limit == 0) out.pids_limit = -1;
  if (call.arguments.has(kOomScoreAdj)) {
    TRY(read_number(call, kOomScoreAdj, out.oom_score_adj.emplace()));
    if (*out.oom_score_adj < -1000 || *out.oom_score_adj > 1000)
      return fail(wrong(kOomScoreAdj, call.arguments.value(kOomScoreAdj), "expected -1000 to 1000"));
  }
  return read_ulimits(call, out);
}

}  // namespace masu::manager
