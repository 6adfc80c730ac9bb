// SPDX-License-Identifier: Apache-2.0
#include "event_json.h"

#include "masu/base/text.h"
#include "masu/json/writer.h"
#include "pressure_option.h"

namespace masu::runtime {
namespace {

// Go's omitempty.
void put(json::Writer& out, std::string_view name, std::uint64_t number) {
  if (number != 0) out.member(name, number);
}

template <class T>
void put(json::Writer& out, std::string_view name, const std::vector<T>& numbers) {
  if (numbers.empty()) return;
  out.key(name).begin_array();
  for (const T& number : numbers) out.value(number);
  out.end_array();
}

// 153 → 1.53, 150 → 1.5, 100 → 1.
std::string decimal(std::uint32_t hundredths) {
  std::string text = cat(hundredths / 100);
  const std::uint32_t rest = hundredths % 100;
  if (rest != 0) text += cat(".", rest / 10);
  if (rest % 10 != 0) text += cat(rest % 10);
  return text;
}

void write_pressure_line(json::Writer& out, std::string_view name, const cgroups::Pressure::Line& line) {
  out.key(name).begin_object();
  out.key("avg10").raw(decimal(line.avg10));
  out.key("avg60").raw(decimal(line.avg60));
  out.key("avg300").raw(decimal(line.avg300));
  out.member("total", line.total).end_object();
}

void put_pressure(json::Writer& out, const std::optional<cgroups::Pressure>& pressure) {
  if (!pressure) return;
  out.key("psi").begin_object();
  write_pressure_line(out, "some", pressure->some);
  write_pressure_line(out, "full", pressure->full);
  out.end_object();
}

void write_cpu(json::Writer& out, const cgroups::CpuStats& cpu) {
  out.key("cpu").begin_object().key("usage").begin_object();
  put(out, "total", cpu.total);
  put(out, "percpu", cpu.percpu);
  put(out, "percpu_kernel", cpu.percpu_kernel);
  put(out, "percpu_user", cpu.percpu_user);
  out.member("kernel", cpu.kernel).member("user", cpu.user).end_object();
  out.key("throttling").begin_object();
  put(out, "periods", cpu.periods);
  put(out, "throttledPeriods", cpu.throttled_periods);
  put(out, "throttledTime", cpu.throttled);
  out.end_object();
  put_pressure(out, cpu.pressure);
  out.end_object();
}

void write_cpuset(json::Writer& out, const cgroups::CpusetStats& cpuset) {
  out.key("cpuset").begin_object();
  put(out, "cpus", cpuset.cpus);
  out.member("cpu_exclusive", cpuset.cpu_exclusive);
  put(out, "mems", cpuset.mems);
  out.member("mem_hardwall", cpuset.mem_hardwall)
      .member("mem_exclusive", cpuset.mem_exclusive)
      .member("memory_migrate", cpuset.memory_migrate)
      .member("memory_spread_page", cpuset.memory_spread_page)
      .member("memory_spread_slab", cpuset.memory_spread_slab)
      .member("memory_pressure", cpuset.memory_pressure)
      .member("sched_load_balance", cpuset.sched_load_balance)
      .member("sched_relax_domain_level", cpuset.sched_relax_domain_level)
      .end_object();
}

void write_counter(json::Writer& out, std::string_view name, const cgroups::MemoryCounter& counter) {
  out.key(name).begin_object().member("limit", counter.limit);
  put(out, "usage", counter.usage);
  put(out, "max", counter.max);
  out.member("failcnt", counter.failures).end_object();
}

void write_memory(json::Writer& out, const cgroups::MemoryStats& memory) {
  out.key("memory").begin_object();
  put(out, "cache", memory.cache);
  write_counter(out, "usage", memory.memory);
  write_counter(out, "swap", memory.swap);
  write_counter(out, "kernel", memory.kernel);
  write_counter(out, "kernelTCP", memory.kernel_tcp);
  if (!memory.raw.empty()) {
    out.key("raw").begin_object();
    for (const auto& [name, value] : memory.raw) out.member(name, value);
    out.end_object();
  }
  put_pressure(out, memory.pressure);
  out.end_object();
}

void put_block(json::Writer& out, std::string_view name, const std::vector<cgroups::BlockEntry>& entries) {
  if (entries.empty()) return;
  out.key(name).begin_array();
  for (const cgroups::BlockEntry& entry : entries) {
    out.begin_object();
    put(out, "major", entry.major);
    put(out, "minor", entry.minor);
    if (!entry.operation.empty()) out.member("op", entry.operation);
    put(out, "value", entry.value);
    out.end_object();
  }
  out.end_array();
}

void write_block(json::Writer& out, const cgroups::BlockStats& block) {
  out.key("blkio").begin_object();
  put_block(out, "ioServiceBytesRecursive", block.service_bytes);
  put_block(out, "ioServicedRecursive", block.serviced);
  put_block(out, "ioQueueRecursive", block.queued);
  put_block(out, "ioServiceTimeRecursive", block.service_time);
  put_block(out, "ioWaitTimeRecursive", block.wait_time);
  put_block(out, "ioMergedRecursive", block.merged);
  put_block(out, "ioTimeRecursive", block.time);
  put_block(out, "sectorsRecursive", block.sectors);
  put_pressure(out, block.pressure);
  out.end_object();
}

// Where the kernel counts reservations, runc tells those.
void write_hugepages(json::Writer& out, const std::map<std::string, cgroups::HugepageStats>& sizes) {
  out.key("hugetlb").begin_object();
  for (const auto& [size, pages] : sizes) {
    const cgroups::MemoryCounter& counter = pages.reserved ? *pages.reserved : pages.used;
    out.key(size).begin_object();
    put(out, "usage", counter.usage);
    put(out, "max", counter.max);
    out.member("failcnt", counter.failures).end_object();
  }
  out.end_object();
}

void write_pids(json::Writer& out, const cgroups::PidsStats& pids) {
  out.key("pids").begin_object();
  put(out, "current", pids.current);
  put(out, "limit", pids.limit);
  out.end_object();
}

void put(json::Writer& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.member(name, text);
}

void write_rdt(json::Writer& out, const container::RdtStats& rdt) {
  out.key("intel_rdt").begin_object();
  if (rdt.cache) {
    out.key("l3_cache_info").begin_object();
    put(out, "cbm_mask", rdt.cache->cbm_mask);
    put(out, "min_cbm_bits", rdt.cache->min_cbm_bits);
    put(out, "num_closids", rdt.cache->num_closids);
    out.end_object();
  }
  put(out, "l3_cache_schema_root", rdt.cache_root);
  put(out, "l3_cache_schema", rdt.cache_own);
  if (rdt.bandwidth) {
    out.key("mem_bw_info").begin_object();
    put(out, "bandwidth_gran", rdt.bandwidth->bandwidth_gran);
    put(out, "delay_linear", rdt.bandwidth->delay_linear);
    put(out, "min_bandwidth", rdt.bandwidth->min_bandwidth);
    put(out, "num_closids", rdt.bandwidth->num_closids);
    out.end_object();
  }
  put(out, "mem_bw_schema_root", rdt.bandwidth_root);
  put(out, "mem_bw_schema", rdt.bandwidth_own);
  put(out, "schemata", rdt.schemata);
  if (!rdt.used_bandwidth.empty()) {
    out.key("mbm_stats").begin_array();
    for (const auto& domain : rdt.used_bandwidth) {
      out.begin_object().member("mbm_total_bytes", domain.total);
      out.member("mbm_local_bytes", domain.local).end_object();
    }
    out.end_array();
  }
  if (!rdt.occupied_cache.empty()) {
    out.key("cmt_stats").begin_array();
    for (const auto bytes : rdt.occupied_cache)
      out.begin_object().member("llc_occupancy", bytes).end_object();
    out.end_array();
  }
  out.end_object();
}

}  // namespace

std::string stats_event(std::string_view id, const container::Stats& stats) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("type", "stats").member("id", id).key("data").begin_object();
  write_cpu(out, stats.cpu);
  write_cpuset(out, stats.cpuset);
  write_memory(out, stats.memory);
  write_pids(out, stats.pids);
  write_block(out, stats.block);
  write_hugepages(out, stats.hugepages);
  write_rdt(out, stats.rdt.value_or(container::RdtStats{}));
  out.key("network_interfaces").null();  // runc's type has it, and nothing to put into it either
  out.end_object().end_object();
  return text + "\n";
}

std::string oom_event(std::string_view id, std::string_view cause) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("type", "oom").member("id", id);
  if (!cause.empty()) out.member("cause", cause);
  out.end_object();
  return text + "\n";
}

std::string pressure_event(std::string_view id, const cgroups::PressureTrigger& trigger) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("type", "pressure").member("id", id).key("data").begin_object();
  out.member("resource", resource_name(trigger.resource)).member("kind", trigger.full ? "full" : "some");
  out.end_object().end_object();
  return text + "\n";
}

}  // namespace masu::runtime
