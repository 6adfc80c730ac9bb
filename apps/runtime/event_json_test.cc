// SPDX-License-Identifier: Apache-2.0
#include "event_json.h"

#include "masu/json/value.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace masu::runtime {
namespace {

// The paths of all members ("data.cpu.usage.total"); an array's elements are one, and so are the entries of
// maps.
void collect(const json::Value value, const std::string& path, std::set<std::string>& out) {
  if (value.is(json::Type::array)) {
    for (const json::Value element : value.elements()) collect(element, path + "[]", out);
  } else if (value.is(json::Type::object)) {
    const bool is_map = path == "data.memory.raw" || path == "data.hugetlb";
    for (const auto [key, inner] : value.members()) {
      const std::string name = is_map ? "*" : std::string(key);
      collect(inner, path.empty() ? name : path + "." + name, out);
    }
  }
  if (!path.empty()) out.insert(path);
}

std::set<std::string> members_of(const std::string& text) {
  const auto document = json::Document::parse(text);
  EXPECT_TRUE(document) << document.error().message();
  std::set<std::string> members;
  if (document) collect(document->root(), "", members);
  return members;
}

container::Stats everything() {
  const cgroups::Pressure pressure{.some = {.avg10 = 153, .avg60 = 150, .avg300 = 100, .total = 17},
                                   .full = {.avg10 = 5, .avg60 = 0, .avg300 = 10000, .total = 3}};
  container::Stats stats;
  stats.cpu = {
      .total = 1, .user = 2, .kernel = 3, .percpu = {4, 5}, .percpu_user = {6}, .percpu_kernel = {7}};
  stats.cpu.periods = 8;
  stats.cpu.throttled_periods = 9;
  stats.cpu.throttled = 10;
  stats.cpu.pressure = pressure;
  stats.cpuset.cpus = {0, 1};
  stats.cpuset.mems = {0};
  stats.cpuset.sched_relax_domain_level = -1;
  stats.memory.cache = 11;
  stats.memory.memory = {.limit = 12, .usage = 13, .max = 14, .failures = 15};
  stats.memory.swap = stats.memory.kernel = stats.memory.kernel_tcp = stats.memory.memory;
  stats.memory.raw = {{"rss", 16}};
  stats.memory.pressure = pressure;
  stats.pids = {.current = 1, .limit = 20};
  stats.block.service_bytes = {{.major = 8, .minor = 16, .operation = "Read", .value = 4096}};
  stats.block.serviced = stats.block.queued = stats.block.service_time = stats.block.service_bytes;
  stats.block.wait_time = stats.block.merged = stats.block.time = stats.block.sectors =
      stats.block.service_bytes;
  stats.block.pressure = pressure;
  stats.hugepages["2MB"] = {.used = {.limit = 1, .usage = 2, .max = 3, .failures = 4},
                            .reserved = std::nullopt};
  container::RdtStats& rdt = stats.rdt.emplace();
  rdt.cache = {.cbm_mask = "fff", .min_cbm_bits = 1, .num_closids = 16};
  rdt.bandwidth = {.bandwidth_gran = 10, .delay_linear = 1, .min_bandwidth = 10, .num_closids = 8};
  rdt.cache_root = rdt.cache_own = "L3:0=fff";
  rdt.bandwidth_root = rdt.bandwidth_own = "MB:0=100";
  rdt.schemata = {rdt.cache_own, rdt.bandwidth_own};
  rdt.used_bandwidth = {{.total = 2, .local = 0}};
  rdt.occupied_cache = {0};
  return stats;
}

std::set<std::string> with_pressure(std::set<std::string> members, const std::string& path) {
  members.insert(path + ".psi");
  for (const char* line : {".psi.some", ".psi.full"}) {
    members.insert(path + line);
    for (const char* name : {".avg10", ".avg60", ".avg300", ".total"}) members.insert(path + line + name);
  }
  return members;
}

// All that runc's types/events.go has, and no more.
TEST(StatsEvent, HasEveryMemberOfRuncsTypes) {
  std::set<std::string> expected{"type",
                                 "id",
                                 "data",
                                 "data.cpu",
                                 "data.cpu.usage",
                                 "data.cpu.usage.total",
                                 "data.cpu.usage.percpu",
                                 "data.cpu.usage.percpu[]",
                                 "data.cpu.usage.percpu_kernel",
                                 "data.cpu.usage.percpu_kernel[]",
                                 "data.cpu.usage.percpu_user",
                                 "data.cpu.usage.percpu_user[]",
                                 "data.cpu.usage.kernel",
                                 "data.cpu.usage.user",
                                 "data.cpu.throttling",
                                 "data.cpu.throttling.periods",
                                 "data.cpu.throttling.throttledPeriods",
                                 "data.cpu.throttling.throttledTime",
                                 "data.cpuset",
                                 "data.cpuset.cpus",
                                 "data.cpuset.cpus[]",
                                 "data.cpuset.cpu_exclusive",
                                 "data.cpuset.mems",
                                 "data.cpuset.mems[]",
                                 "data.cpuset.mem_hardwall",
                                 "data.cpuset.mem_exclusive",
                                 "data.cpuset.memory_migrate",
                                 "data.cpuset.memory_spread_page",
                                 "data.cpuset.memory_spread_slab",
                                 "data.cpuset.memory_pressure",
                                 "data.cpuset.sched_load_balance",
                                 "data.cpuset.sched_relax_domain_level",
                                 "data.memory",
                                 "data.memory.cache",
                                 "data.memory.raw",
                                 "data.memory.raw.*",
                                 "data.pids",
                                 "data.pids.current",
                                 "data.pids.limit",
                                 "data.blkio",
                                 "data.hugetlb",
                                 "data.hugetlb.*",
                                 "data.hugetlb.*.usage",
                                 "data.hugetlb.*.max",
                                 "data.hugetlb.*.failcnt",
                                 "data.intel_rdt",
                                 "data.network_interfaces"};
  for (const char* member : {"l3_cache_info",
                             "l3_cache_info.cbm_mask",
                             "l3_cache_info.min_cbm_bits",
                             "l3_cache_info.num_closids",
                             "l3_cache_schema_root",
                             "l3_cache_schema",
                             "mem_bw_info",
                             "mem_bw_info.bandwidth_gran",
                             "mem_bw_info.delay_linear",
                             "mem_bw_info.min_bandwidth",
                             "mem_bw_info.num_closids",
                             "mem_bw_schema_root",
                             "mem_bw_schema",
                             "schemata",
                             "schemata[]",
                             "mbm_stats",
                             "mbm_stats[]",
                             "mbm_stats[].mbm_total_bytes",
                             "mbm_stats[].mbm_local_bytes",
                             "cmt_stats",
                             "cmt_stats[]",
                             "cmt_stats[].llc_occupancy"})
    expected.insert(std::string("data.intel_rdt.") + member);
  for (const char* counter : {"usage", "swap", "kernel", "kernelTCP"}) {
    const std::string path = std::string("data.memory.") + counter;
    expected.insert(path);
    for (const char* name : {".limit", ".usage", ".max", ".failcnt"}) expected.insert(path + name);
  }
  for (const char* list :
       {"ioServiceBytesRecursive", "ioServicedRecursive", "ioQueueRecursive", "ioServiceTimeRecursive",
        "ioWaitTimeRecursive", "ioMergedRecursive", "ioTimeRecursive", "sectorsRecursive"}) {
    const std::string path = std::string("data.blkio.") + list;
    expected.insert({path, path + "[]"});
    for (const char* name : {"[].major", "[].minor", "[].op", "[].value"}) expected.insert(path + name);
  }
  for (const char* path : {"data.cpu", "data.memory", "data.blkio"}) expected = with_pressure(expected, path);
  EXPECT_EQ(members_of(stats_event("web", everything())), expected);
}

// As runc prints a container that has used nothing.
TEST(StatsEvent, LeavesOutWhatRuncLeavesOut) {
  EXPECT_EQ(stats_event("web", {}),
            R"({"type":"stats","id":"web","data":{"cpu":{"usage":{"kernel":0,"user":0},"throttling":{}},)"
            R"("cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"memory_migrate":0,)"
            R"("memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,"sched_load_balance":0,)"
            R"("sched_relax_domain_level":0},"memory":{"usage":{"limit":0,"failcnt":0},)"
            R"("swap":{"limit":0,"failcnt":0},"kernel":{"limit":0,"failcnt":0},)"
            R"("kernelTCP":{"limit":0,"failcnt":0}},"pids":{},"blkio":{},"hugetlb":{},"intel_rdt":{},)"
            R"("network_interfaces":null}})"
            "\n");
}

TEST(StatsEvent, PressureIsInPercent) {
  const std::string text = stats_event("web", everything());
  EXPECT_NE(text.find(R"("psi":{"some":{"avg10":1.53,"avg60":1.5,"avg300":1,"total":17},)"
                      R"("full":{"avg10":0.05,"avg60":0,"avg300":100,"total":3}})"),
            std::string::npos)
      << text;
}

TEST(StatsEvent, ReservedHugepagesGoBeforeUsedOnes) {
  container::Stats stats;
  stats.hugepages["2MB"] = {.used = {.usage = 1}, .reserved = cgroups::MemoryCounter{.usage = 2, .max = 3}};
  EXPECT_NE(stats_event("web", stats).find(R"("hugetlb":{"2MB":{"usage":2,"max":3,"failcnt":0}})"),
            std::string::npos);
}

TEST(OomEvent, HasACauseIfItIsKnown) {
  EXPECT_EQ(oom_event("a\"b", ""), "{\"type\":\"oom\",\"id\":\"a\\\"b\"}\n");
  EXPECT_EQ(oom_event("web", "/sys/fs/cgroup/pod"),
            R"({"type":"oom","id":"web","cause":"/sys/fs/cgroup/pod"})"
            "\n");
}

TEST(PressureEvent, SaysOfWhat) {
  EXPECT_EQ(pressure_event("web", {.resource = cgroups::PressureTrigger::Resource::io, .full = true}),
            R"({"type":"pressure","id":"web","data":{"resource":"io","kind":"full"}})"
            "\n");
}

}  // namespace
}  // namespace masu::runtime
