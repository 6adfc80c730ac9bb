// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include "masu/protobuf/wire.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace masu::containerd {
namespace {

using protobuf::Writer;
using Raw = std::map<std::string, std::uint64_t>;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

void put(Writer& out, unsigned field, std::uint64_t number) {
  if (number != 0) out.number(field, number);
}

// A message at `field`, with the numbers of its fields 1, 2, 3 …
void put_numbers(Writer& out, unsigned field, std::initializer_list<std::uint64_t> numbers) {
  std::string text;
  Writer inner(text);
  unsigned next = 1;
  for (const std::uint64_t number : numbers) put(inner, next++, number);
  out.bytes(field, text);
}

// Members of memory.stat at the fields first, first + 1 …
void put_raw(Writer& out, const Raw& raw, unsigned first, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = raw.find(name);
    if (found != raw.end()) put(out, first, found->second);
    ++first;
  }
}

void put_counter(Writer& out, unsigned field, const cgroups::MemoryCounter& counter) {
  put_numbers(out, field, {counter.limit, counter.usage, counter.max, counter.failures});
}

std::string encode_cpu_v1(const cgroups::CpuStats& cpu) {
  std::string usage, text;
  Writer fields(usage);
  put(fields, 1, cpu.total);
  put(fields, 2, cpu.kernel);
  put(fields, 3, cpu.user);
  std::string packed;
  for (const std::uint64_t one : cpu.percpu) {
    std::string number;
    Writer(number).number(1, one);
    packed += number.substr(1);  // without its tag
  }
  if (!packed.empty()) fields.bytes(4, packed);
  Writer out(text);
  out.bytes(1, usage);
  put_numbers(out, 2, {cpu.periods, cpu.throttled_periods, cpu.throttled});
  return text;
}

std::string encode_memory_v1(const cgroups::MemoryStats& memory) {
  std::string text;
  Writer out(text);
  put_raw(out, memory.raw, 1,
          {"cache",
           "rss",
           "rss_huge",
           "mapped_file",
           "dirty",
           "writeback",
           "pgpgin",
           "pgpgout",
           "pgfault",
           "pgmajfault",
           "inactive_anon",
           "active_anon",
           "inactive_file",
           "active_file",
           "unevictable",
           "hierarchical_memory_limit",
           "hierarchical_memsw_limit",
           "total_cache",
           "total_rss",
           "total_rss_huge",
           "total_mapped_file",
           "total_dirty",
           "total_writeback",
           "total_pgpgin",
           "total_pgpgout",
           "total_pgfault",
           "total_pgmajfault",
           "total_inactive_anon",
           "total_active_anon",
           "total_inactive_file",
           "total_active_file",
           "total_unevictable"});
  put_counter(out, 33, memory.memory);
  put_counter(out, 34, memory.swap);
  put_counter(out, 35, memory.kernel);
  put_counter(out, 36, memory.kernel_tcp);
  return text;
}

void put_entries(Writer& out, unsigned field, const std::vector<cgroups::BlockEntry>& entries) {
  for (const auto& entry : entries) {
    std::string text;
    Writer fields(text);
    if (!entry.operation.empty()) fields.bytes(1, entry.operation);
    put(fields, 3, entry.major);
    put(fields, 4, entry.minor);
    put(fields, 5, entry.value);
    out.bytes(field, text);
  }
}

std::string encode_block_v1(const cgroups::BlockStats& block) {
  std::string text;
  Writer out(text);
  unsigned field = 1;
  for (const auto* entries : {&block.service_bytes, &block.serviced, &block.queued, &block.service_time,
                              &block.wait_time, &block.merged, &block.time, &block.sectors})
    put_entries(out, field++, *entries);
  return text;
}

std::string encode_rdma(const cgroups::RdmaStats& rdma) {
  std::string text;
  Writer out(text);
  unsigned field = 1;
  for (const auto* entries : {&rdma.current, &rdma.limit}) {
    for (const auto& entry : *entries) {
      std::string inner;
      Writer fields(inner);
      fields.bytes(1, entry.device);
      put(fields, 2, std::min<std::uint64_t>(entry.handles, std::numeric_limits<std::uint32_t>::max()));
      put(fields, 3, std::min<std::uint64_t>(entry.objects, std::numeric_limits<std::uint32_t>::max()));
      out.bytes(field, inner);
    }
    ++field;
  }
  return text;
}

std::string encode_memory_v2(const cgroups::MemoryStats& memory) {
  std::string text;
  Writer out(text);
  put_raw(out, memory.raw, 1,
          {"anon",
           "file",
           "kernel_stack",
           "slab",
           "sock",
           "shmem",
           "file_mapped",
           "file_dirty",
           "file_writeback",
           "anon_thp",
           "inactive_anon",
           "active_anon",
           "inactive_file",
           "active_file",
           "unevictable",
           "slab_reclaimable",
           "slab_unreclaimable",
           "pgfault",
           "pgmajfault",
           "workingset_refault",
           "workingset_activate",
           "workingset_nodereclaim",
           "pgrefill",
           "pgscan",
           "pgsteal",
           "pgactivate",
           "pgdeactivate",
           "pglazyfree",
           "pglazyfreed",
           "thp_fault_alloc",
           "thp_collapse_alloc"});
  // Ours has memory and swap together, as v1 counts it.
  const auto& both = memory.swap;
  const auto& alone = memory.memory;
  put(out, 32, alone.usage);
  put(out, 33, alone.limit);
  put(out, 34, both.usage > alone.usage ? both.usage - alone.usage : 0);
  put(out, 35, both.limit == kNoLimit || both.limit < alone.limit ? both.limit : both.limit - alone.limit);
  return text;
}

// v2's line of a device has both directions; ours are entries of one each.
std::string encode_io_v2(const cgroups::BlockStats& block) {
  struct Line {
    std::uint64_t read_bytes = 0, written_bytes = 0, reads = 0, writes = 0;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, Line> devices;
  for (const auto& entry : block.service_bytes) {
    Line& line = devices[{entry.major, entry.minor}];
    if (entry.operation == "Read") line.read_bytes = entry.value;
    if (entry.operation == "Write") line.written_bytes = entry.value;
  }
  for (const auto& entry : block.serviced) {
    Line& line = devices[{entry.major, entry.minor}];
    if (entry.operation == "Read") line.reads = entry.value;
    if (entry.operation == "Write") line.writes = entry.value;
  }
  std::string text;
  Writer out(text);
  for (const auto& [device, line] : devices)
    put_numbers(out, 1,
                {device.first, device.second, line.read_bytes, line.written_bytes, line.reads, line.writes});
  return text;
}

}  // namespace

Any metrics_v1(const cgroups::Stats& stats) {
  std::string text;
  Writer out(text);
  for (const auto& [size, pages] : stats.hugepages) {
    std::string inner;
    Writer fields(inner);
    put(fields, 1, pages.used.usage);
    put(fields, 2, pages.used.max);
    put(fields, 3, pages.used.failures);
    fields.bytes(4, size);
    out.bytes(1, inner);
  }
  put_numbers(out, 2, {stats.pids.current, stats.pids.limit});
  out.bytes(3, encode_cpu_v1(stats.cpu));
  out.bytes(4, encode_memory_v1(stats.memory));
  out.bytes(5, encode_block_v1(stats.block));
  out.bytes(6, encode_rdma(stats.rdma));
  return {"io.containerd.cgroups.v1.Metrics", std::move(text)};
}

Any metrics_v2(const cgroups::Stats& stats) {
  constexpr std::uint64_t kMicrosecond = 1000;
  std::string text;
  Writer out(text);
  put_numbers(out, 1, {stats.pids.current, stats.pids.limit});
  const auto& cpu = stats.cpu;
  put_numbers(out, 2,
              {cpu.total / kMicrosecond, cpu.user / kMicrosecond, cpu.kernel / kMicrosecond, cpu.periods,
               cpu.throttled_periods, cpu.throttled / kMicrosecond});
  out.bytes(4, encode_memory_v2(stats.memory));
  out.bytes(5, encode_rdma(stats.rdma));
  out.bytes(6, encode_io_v2(stats.block));
  for (const auto& [size, pages] : stats.hugepages) {
    std::string inner;
    Writer fields(inner);
    put(fields, 1, pages.used.usage);
    put(fields, 2, pages.used.limit);
    fields.bytes(3, size);
    out.bytes(7, inner);
  }
  if (const auto& events = stats.memory.events)
    put_numbers(out, 8, {events->low, events->high, events->max, events->oom, events->oom_kill});
  return {"io.containerd.cgroups.v2.Metrics", std::move(text)};
}

}  // namespace masu::containerd
