// SPDX-License-Identifier: Apache-2.0
//
// Statistics over a stand-in for the kernel: each file of each controller, on each layout.
#include "fake_cgroupfs.h"
#include "masu/cgroups/hugepages.h"
#include "masu/cgroups/manager.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

using Entries = std::vector<BlockEntry>;

class StatsTest : public testing::Test {
 protected:
  Manager made() {
    auto layout = detect_layout({fake_.root(), fake_.own_cgroups(), "/nowhere"});
    EXPECT_TRUE(layout) << layout.error().message();
    auto manager = Manager::plan(*layout, {.cgroups_path = "/c1", .id = "c1"});
    EXPECT_TRUE(manager && manager->create());
    return std::move(*manager);
  }
  static Stats read(const Manager& manager) {
    auto stats = manager.stats();
    EXPECT_TRUE(stats) << stats.error().message();
    return stats ? *stats : Stats{};
  }
  /// The one hugetlb size that this machine and the test can share.
  static std::string page_size() {
    const auto sizes = hugepage_sizes();
    return sizes && !sizes->empty() ? sizes->front() : "";
  }

  FakeCgroupfs fake_;
};

TEST_F(StatsTest, V1) {
  fake_.mount_v1(
      "cpu", {{"cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 700\nnr_bursts 1\nburst_time 9\n"}});
  fake_.mount_v1("cpuacct", {{"cpuacct.usage", "5000000000\n"},
                             {"cpuacct.stat", "user 300\nsystem 200\n"},
                             {"cpuacct.usage_percpu", "3000000000 2000000000 \n"},
                             {"cpuacct.usage_all", "cpu user system\n0 2500 500\n1 1500 600\n"}});
  fake_.mount_v1("cpuset", {{"cpuset.cpus", "0-1,4\n"},
                            {"cpuset.mems", "0\n"},
                            {"cpuset.cpu_exclusive", "0\n"},
                            {"cpuset.mem_hardwall", "1\n"},
                            {"cpuset.mem_exclusive", "0\n"},
                            {"cpuset.memory_migrate", "0\n"},
                            {"cpuset.memory_spread_page", "1\n"},
                            {"cpuset.memory_spread_slab", "0\n"},
                            {"cpuset.memory_pressure", "17\n"},
                            {"cpuset.sched_load_balance", "1\n"},
                            {"cpuset.sched_relax_domain_level", "-1\n"}});
  fake_.mount_v1("memory", {{"memory.stat", "cache 10\nrss 20\ntotal_cache 30\n"},
                            {"memory.usage_in_bytes", "100\n"},
                            {"memory.limit_in_bytes", "1000\n"},
                            {"memory.max_usage_in_bytes", "200\n"},
                            {"memory.failcnt", "3\n"},
                            {"memory.memsw.usage_in_bytes", "110\n"},
                            {"memory.memsw.limit_in_bytes", "2000\n"},
                            {"memory.memsw.max_usage_in_bytes", "210\n"},
                            {"memory.memsw.failcnt", "4\n"},
                            {"memory.kmem.usage_in_bytes", "11\n"},
                            {"memory.kmem.limit_in_bytes", "12\n"},
                            {"memory.kmem.max_usage_in_bytes", "13\n"},
                            {"memory.kmem.failcnt", "14\n"},
                            {"memory.kmem.tcp.usage_in_bytes", "21\n"},
                            {"memory.kmem.tcp.limit_in_bytes", "22\n"},
                            {"memory.kmem.tcp.max_usage_in_bytes", "23\n"},
                            {"memory.kmem.tcp.failcnt", "24\n"}});
  fake_.mount_v1("pids", {{"pids.current", "3\n"}, {"pids.max", "max\n"}});
  fake_.mount_v1("rdma", {{"rdma.current", "mlx5_0 hca_handle=1 hca_object=2\n"},
                          {"rdma.max", "mlx5_0 hca_handle=max hca_object=20\n"}});
  fake_.mount_v1("misc",
                 {{"misc.current", "sev 1\n"}, {"misc.max", "sev max\n"}, {"misc.events", "sev.max 6\n"}});
  fake_.put("own", "1:cpu:/\n2:cpuacct:/\n3:cpuset:/\n4:memory:/\n5:pids:/\n6:rdma:/\n7:misc:/\n");
  const Stats stats = read(made());
  EXPECT_EQ(stats.cpu.total, 5'000'000'000u);
  EXPECT_EQ(stats.cpu.user, 3'000'000'000u);
  EXPECT_EQ(stats.cpu.kernel, 2'000'000'000u);
  EXPECT_EQ(stats.cpu.percpu, (std::vector<std::uint64_t>{3'000'000'000, 2'000'000'000}));
  EXPECT_EQ(stats.cpu.percpu_user, (std::vector<std::uint64_t>{2500, 1500}));
  EXPECT_EQ(stats.cpu.percpu_kernel, (std::vector<std::uint64_t>{500, 600}));
  EXPECT_EQ(stats.cpu.periods, 5u);
  EXPECT_EQ(stats.cpu.throttled_periods, 2u);
  EXPECT_EQ(stats.cpu.throttled, 700u);
  EXPECT_EQ(stats.cpu.burst_periods, 1u);
  EXPECT_EQ(stats.cpu.burst, 9u);
  EXPECT_FALSE(stats.cpu.pressure);
  EXPECT_EQ(stats.cpuset.cpus, (std::vector<std::uint16_t>{0, 1, 4}));
  EXPECT_EQ(stats.cpuset.mems, (std::vector<std::uint16_t>{0}));
  EXPECT_EQ(stats.cpuset.mem_hardwall, 1u);
  EXPECT_EQ(stats.cpuset.memory_spread_page, 1u);
  EXPECT_EQ(stats.cpuset.memory_pressure, 17u);
  EXPECT_EQ(stats.cpuset.sched_load_balance, 1u);
  EXPECT_EQ(stats.cpuset.sched_relax_domain_level, -1);
  EXPECT_EQ(stats.memory.cache, 10u);
  EXPECT_EQ(stats.memory.raw.at("total_cache"), 30u);
  EXPECT_EQ(stats.memory.memory, (MemoryCounter{.limit = 1000, .usage = 100, .max = 200, .failures = 3}));
  EXPECT_EQ(stats.memory.swap, (MemoryCounter{.limit = 2000, .usage = 110, .max = 210, .failures = 4}));
  EXPECT_EQ(stats.memory.kernel, (MemoryCounter{.limit = 12, .usage = 11, .max = 13, .failures = 14}));
  EXPECT_EQ(stats.memory.kernel_tcp, (MemoryCounter{.limit = 22, .usage = 21, .max = 23, .failures = 24}));
  EXPECT_FALSE(stats.memory.events);
  EXPECT_EQ(stats.pids.current, 3u);
  EXPECT_EQ(stats.pids.limit, 0u) << "none";
  EXPECT_EQ(stats.rdma.current, (std::vector<RdmaEntry>{{"mlx5_0", 1, 2}}));
  EXPECT_EQ(stats.rdma.limit, (std::vector<RdmaEntry>{{"mlx5_0", kMax, 20}}));
  EXPECT_EQ(stats.misc.at("sev").usage, 1u);
  EXPECT_EQ(stats.misc.at("sev").limit, kMax);
  EXPECT_EQ(stats.misc.at("sev").events, 6u);
}

TEST_F(StatsTest, BlockIoOfWhoeverCounts) {
  fake_.mount_v1("blkio", {{"blkio.bfq.io_service_bytes_recursive", "Total 0\n"},
                           {"blkio.bfq.io_serviced_recursive", "Total 0\n"},
                           {"blkio.throttle.io_service_bytes_recursive",
                            "8:0 Read 4096\n8:0 Write 0\n8:0 Total 4096\nTotal 4096\n"},
                           {"blkio.throttle.io_serviced_recursive", "8:0 Read 1\nTotal 1\n"}});
  fake_.put("own", "1:blkio:/\n");
  const Manager manager = made();
  Stats stats = read(manager);
  EXPECT_EQ(stats.block.service_bytes,
            (Entries{{8, 0, "Read", 4096}, {8, 0, "Write", 0}, {8, 0, "Total", 4096}}));
  EXPECT_EQ(stats.block.serviced, (Entries{{8, 0, "Read", 1}}));

  fake_.put("blkio/c1/blkio.bfq.io_service_bytes_recursive", "8:16 Read 7\nTotal 7\n");
  fake_.put("blkio/c1/blkio.bfq.time_recursive", "8:16 12\n");
  stats = read(manager);
  EXPECT_EQ(stats.block.service_bytes, (Entries{{8, 16, "Read", 7}}));
  EXPECT_EQ(stats.block.time, (Entries{{8, 16, "", 12}}));
}

TEST_F(StatsTest, V2) {
  const char* pressure =
      "some avg10=1.53 avg60=0.00 avg300=100.00 total=12345\nfull avg10=0.01 avg60=0.00 avg300=0.00 "
      "total=7\n";
  fake_.mount_v2(
      "", "cpu memory",
      {{"cpu.stat",
        "usage_usec 500\nuser_usec 300\nsystem_usec 200\nnr_periods 5\nnr_throttled 2\n"
        "throttled_usec 7\nnr_bursts 1\nburst_usec 9\n"},
       {"cpuset.cpus.effective", "0-1\n"},
       {"cpuset.mems.effective", "0\n"},
       {"memory.stat", "anon 20\nfile 30\n"},
       {"memory.current", "100\n"},
       {"memory.max", "1000\n"},
       {"memory.peak", "150\n"},
       {"memory.swap.current", "5\n"},
       {"memory.swap.max", "50\n"},
       {"memory.events", "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n"},
       {"pids.current", "3\n"},
       {"pids.max", "20\n"},
       {"io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16 \n(unknown) rbytes=9\n"},
       {"cpu.pressure", pressure},
       {"memory.pressure", pressure},
       {"io.pressure", pressure}});
  fake_.put("own", "0::/\n");
  const Manager manager = made();
  Stats stats = read(manager);
  EXPECT_EQ(stats.cpu.total, 500'000u);
  EXPECT_EQ(stats.cpu.user, 300'000u);
  EXPECT_EQ(stats.cpu.kernel, 200'000u);
  EXPECT_EQ(stats.cpu.throttled, 7'000u);
  EXPECT_EQ(stats.cpu.burst, 9'000u);
  EXPECT_TRUE(stats.cpu.percpu.empty());
  EXPECT_EQ(stats.cpuset.cpus, (std::vector<std::uint16_t>{0, 1}));
  EXPECT_EQ(stats.memory.cache, 30u);
  EXPECT_EQ(stats.memory.memory, (MemoryCounter{.limit = 1000, .usage = 100, .max = 150, .failures = 3}));
  EXPECT_EQ(stats.memory.swap, (MemoryCounter{.limit = 1050, .usage = 105})) << "memory and swap";
  ASSERT_TRUE(stats.memory.events);
  EXPECT_EQ(stats.memory.events->oom_kill, 5u);
  EXPECT_EQ(stats.memory.events->oom_group_kill, 6u);
  EXPECT_EQ(stats.pids.limit, 20u);
  EXPECT_EQ(stats.block.service_bytes,
            (Entries{{8, 0, "Read", 1}, {8, 0, "Write", 2}, {8, 0, "Discard", 5}}));
  EXPECT_EQ(stats.block.serviced, (Entries{{8, 0, "Read", 3}, {8, 0, "Write", 4}, {8, 0, "Discard", 6}}));
  ASSERT_TRUE(stats.memory.pressure);
  EXPECT_EQ(stats.memory.pressure->some,
            (Pressure::Line{.avg10 = 153, .avg60 = 0, .avg300 = 10000, .total = 12345}));
  EXPECT_EQ(stats.memory.pressure->full.avg10, 1u);
  EXPECT_TRUE(stats.cpu.pressure && stats.block.pressure);

  fake_.put("c1/memory.max", "max\n");
  EXPECT_EQ(read(manager).memory.swap.limit, kMax);
  fake_.put("c1/memory.swap.max", "max\n");
  stats = read(manager);
  EXPECT_EQ(stats.memory.swap.limit, kMax);
  EXPECT_EQ(stats.memory.memory.limit, kMax);
}

TEST_F(StatsTest, HugepagesOfBothKinds) {
  const std::string size = page_size();
  if (size.empty()) GTEST_SKIP() << "this kernel has no huge pages";
  const std::string name = "hugetlb." + size;
  fake_.mount_v1("hugetlb", {{name + ".usage_in_bytes", "1\n"},
                             {name + ".limit_in_bytes", "2\n"},
                             {name + ".max_usage_in_bytes", "3\n"},
                             {name + ".failcnt", "4\n"}});
  fake_.put("own", "1:hugetlb:/\n");
  const Manager manager = made();
  Stats stats = read(manager);
  ASSERT_EQ(stats.hugepages.size(), 1u);
  EXPECT_EQ(stats.hugepages.at(size).used, (MemoryCounter{.limit = 2, .usage = 1, .max = 3, .failures = 4}));
  EXPECT_FALSE(stats.hugepages.at(size).reserved);
  for (const char* file : {".usage_in_bytes", ".limit_in_bytes", ".max_usage_in_bytes", ".failcnt"})
    fake_.put("hugetlb/c1/" + name + ".rsvd" + file, "9\n");
  stats = read(manager);
  EXPECT_EQ(stats.hugepages.at(size).reserved,
            (MemoryCounter{.limit = 9, .usage = 9, .max = 9, .failures = 9}));
}

TEST_F(StatsTest, HybridTakesFromBothTrees) {
  const std::string size = page_size();
  fake_.mount_v1("cpuacct", {{"cpuacct.usage", "77\n"}});
  fake_.mount_v2("unified", "hugetlb",
                 {{"cpu.stat", "usage_usec 1\n"},
                  {"hugetlb." + size + ".current", "5\n"},
                  {"hugetlb." + size + ".max", "max\n"},
                  {"hugetlb." + size + ".events", "max 2\n"},
                  {"io.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"}});
  fake_.put("own", "1:cpuacct:/\n0::/\n");
  const Stats stats = read(made());
  EXPECT_EQ(stats.cpu.total, 77u) << "v1 counts by the controller's own files";
  ASSERT_TRUE(stats.block.pressure);
  EXPECT_EQ(stats.block.pressure->some.total, 1u);
  if (size.empty()) GTEST_SKIP() << "this kernel has no huge pages";
  EXPECT_EQ(stats.hugepages.at(size).used, (MemoryCounter{.limit = kMax, .usage = 5, .failures = 2}));
}

TEST_F(StatsTest, NothingCountsAnything) {
  fake_.mount_v2("", "");
  fake_.put("own", "0::/\n");
  const Stats stats = read(made());
  EXPECT_EQ(stats.cpu.total, 0u);
  EXPECT_EQ(stats.memory.memory, MemoryCounter{});
  EXPECT_TRUE(stats.memory.raw.empty() && stats.hugepages.empty() && stats.misc.empty());
}

TEST_F(StatsTest, LongFilesAreReadWhole) {
  std::string percpu;
  for (int cpu = 0; cpu < 4096; ++cpu) percpu += std::to_string(1'000'000'000'000 + cpu) + " ";
  fake_.mount_v1("cpuacct", {{"cpuacct.usage_percpu", percpu + "\n"}});
  fake_.put("own", "1:cpuacct:/\n");
  const Stats stats = read(made());
  ASSERT_EQ(stats.cpu.percpu.size(), 4096u);
  EXPECT_EQ(stats.cpu.percpu.back(), 1'000'000'004'095u);
}

TEST_F(StatsTest, StrangeContentIsAnError) {
  fake_.mount_v2("", "memory", {{"memory.current", "many\n"}, {"memory.stat", "file 1\n"}});
  fake_.put("own", "0::/\n");
  const auto stats = made().stats();
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().kind(), Kind::internal);
}

TEST_F(StatsTest, GoneAndDying) {
  fake_.mount_v1("memory", {{"memory.usage_in_bytes", "1\n"}});
  fake_.mount_v1("pids", {{"pids.current", "1\n"}});
  fake_.put("own", "1:memory:/\n2:pids:/\n");
  const Manager manager = made();
  std::remove((fake_.root() + "/pids/c1/pids.current").c_str());
  EXPECT_EQ(read(manager).memory.memory.usage, 1u);
  ASSERT_TRUE(manager.remove(std::chrono::steady_clock::now()));
  const auto stats = manager.stats();
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().kind(), Kind::not_found);
}

TEST(Hugepages, Names) {
  EXPECT_EQ(hugepage_size_name("hugepages-64kB"), "64KB");
  EXPECT_EQ(hugepage_size_name("hugepages-2048kB"), "2MB");
  EXPECT_EQ(hugepage_size_name("hugepages-1048576kB"), "1GB");
  for (const char* bad : {"", "hugepages-", "hugepages-kB", "hugepages-2048", "2048kB", "hugepages-xkB"})
    EXPECT_EQ(hugepage_size_name(bad), "") << bad;
}

TEST(Hugepages, SizesInOrder) {
  sys::fake::reset();
  char root[] = "/tmp/masu-hugepages-XXXXXX";
  ASSERT_NE(mkdtemp(root), nullptr);
  const std::string dir = root;
  for (const char* name : {"/hugepages-1048576kB", "/hugepages-2048kB", "/other"})
    ::mkdir((dir + name).c_str(), 0755);
  EXPECT_EQ(*hugepage_sizes(root), (std::vector<std::string>{"2MB", "1GB"}));
  for (const char* name : {"/hugepages-1048576kB", "/hugepages-2048kB", "/other", ""})
    ::rmdir((dir + name).c_str());
  EXPECT_TRUE(hugepage_sizes(root)->empty()) << "a kernel without";
}

}  // namespace
}  // namespace masu::cgroups
