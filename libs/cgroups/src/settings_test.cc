// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/settings.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

/// "file=value" of each setting, in order.
std::vector<std::string> lines(const Result<std::vector<Setting>>& settings) {
  std::vector<std::string> out;
  if (!settings) return {settings.error().message()};
  for (const Setting& setting : *settings) out.push_back(setting.file + "=" + setting.value);
  return out;
}
using Lines = std::vector<std::string>;

TEST(Settings, WeightOfShares) {
  EXPECT_EQ(weight_of_shares(0), std::nullopt);
  EXPECT_EQ(weight_of_shares(1), 1u);
  EXPECT_EQ(weight_of_shares(2), 1u);
  EXPECT_EQ(weight_of_shares(1024), 100u) << "the default stays the default";
  EXPECT_EQ(weight_of_shares(512), 59u);
  EXPECT_EQ(weight_of_shares(2048), 174u);
  EXPECT_EQ(weight_of_shares(262144), 10000u);
  EXPECT_EQ(weight_of_shares(~std::uint64_t{0}), 10000u);
  for (std::uint64_t shares = 3, last = 1; shares < 262144; shares += 7) {
    EXPECT_GE(weight_of_shares(shares), last);
    last = *weight_of_shares(shares);
  }
}

TEST(Settings, IoWeight) {
  EXPECT_EQ(io_weight_of_blkio(10), 1u);
  EXPECT_EQ(io_weight_of_blkio(500), 4950u);
  EXPECT_EQ(io_weight_of_blkio(1000), 10000u);
}

TEST(Settings, SwapOfMemoryPlusSwap) {
  const auto convert = [](auto swap, auto memory) { return swap_max_of_memory_swap(swap, memory); };
  const std::optional<std::int64_t> none;
  EXPECT_EQ(*convert(none, none), std::nullopt);
  EXPECT_EQ(*convert(none, 100), std::nullopt);
  EXPECT_EQ(*convert(0, 100), std::nullopt);
  EXPECT_EQ(*convert(none, -1), -1) << "an unlimited memory lifts swap";
  EXPECT_EQ(*convert(-1, 100), -1);
  EXPECT_EQ(*convert(-1, none), -1);
  EXPECT_EQ(*convert(150, 100), 50);
  EXPECT_EQ(*convert(100, 100), 0) << "no swap";
  EXPECT_FALSE(convert(50, 100));
  EXPECT_FALSE(convert(50, none));
  EXPECT_FALSE(convert(50, -1));
}

TEST(Settings, Memory) {
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 1000, .reservation = 500, .swap = 3000};
  EXPECT_EQ(lines(settings_v1(resources)),
            (Lines{"memory.limit_in_bytes=1000", "memory.memsw.limit_in_bytes=3000",
                   "memory.soft_limit_in_bytes=500"}));
  EXPECT_EQ(lines(settings_v2(resources)),
            (Lines{"memory.swap.max=2000", "memory.max=1000", "memory.low=500"}));
  resources.memory = spec::Memory{.limit = -1};
  EXPECT_EQ(lines(settings_v1(resources)),
            (Lines{"memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1"}));
  EXPECT_EQ(lines(settings_v2(resources)), (Lines{"memory.swap.max=max", "memory.max=max"}));
  resources.memory = spec::Memory{.limit = 0, .swap = 0};
  EXPECT_TRUE(settings_v1(resources)->empty());
  EXPECT_TRUE(settings_v2(resources)->empty());
  resources.memory = spec::Memory{.limit = 100, .swap = 50};
  const auto refused = settings_v2(resources);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.memory.swap");
  EXPECT_EQ(refused.error().kind(), Kind::invalid_spec);
  resources.memory = spec::Memory{.swappiness = 10, .disable_oom_killer = true};
  EXPECT_EQ(lines(settings_v1(resources)), (Lines{"memory.swappiness=10", "memory.oom_control=1"}));
  EXPECT_TRUE(settings_v2(resources)->empty());
}

TEST(Settings, MemoryOfOldKernels) {
  spec::Resources resources;
  resources.memory = spec::Memory{.kernel = 4096, .kernel_tcp = 8192, .use_hierarchy = true};
  const auto v1 = settings_v1(resources);
  EXPECT_EQ(lines(v1), (Lines{"memory.use_hierarchy=1", "memory.kmem.limit_in_bytes=4096",
                              "memory.kmem.tcp.limit_in_bytes=8192"}));
  EXPECT_TRUE((*v1)[0].optional) << "what all kernels do by now";
  EXPECT_TRUE((*v1)[1].optional) << "the kernel has taken the limit away";
  EXPECT_FALSE((*v1)[2].optional);
  EXPECT_TRUE(settings_v2(resources)->empty());
  resources.memory = spec::Memory{.disable_oom_killer = false, .use_hierarchy = false};
  EXPECT_EQ(lines(settings_v1(resources)), (Lines{"memory.use_hierarchy=0", "memory.oom_control=0"}));
  EXPECT_FALSE(settings_v1(resources)->front().optional);
}

TEST(Settings, SwapFileMayBeMissingForHarmlessValues) {
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 100, .swap = 100};
  EXPECT_TRUE(settings_v2(resources)->front().optional) << "0: no swap";
  resources.memory = spec::Memory{.limit = 100, .swap = 200};
  EXPECT_FALSE(settings_v2(resources)->front().optional);
  EXPECT_FALSE((*settings_v1(resources))[1].optional);
}

TEST(Settings, Cpu) {
  spec::Resources resources;
  resources.cpu =
      spec::Cpu{.shares = 1024, .quota = 50000, .burst = 1000, .period = 200000, .cpus = "0-1", .mems = "0"};
  EXPECT_EQ(lines(settings_v1(resources)),
            (Lines{"cpu.shares=1024", "cpu.cfs_period_us=200000", "cpu.cfs_quota_us=50000",
                   "cpu.cfs_burst_us=1000", "cpuset.cpus=0-1", "cpuset.mems=0"}));
  EXPECT_EQ(lines(settings_v2(resources)), (Lines{"cpu.weight=100", "cpu.max=50000 200000",
                                                  "cpu.max.burst=1000", "cpuset.cpus=0-1", "cpuset.mems=0"}));
  resources.cpu = spec::Cpu{.quota = -1, .period = 1000};
  EXPECT_EQ(lines(settings_v1(resources)), (Lines{"cpu.cfs_period_us=1000", "cpu.cfs_quota_us=-1"}));
  EXPECT_EQ(lines(settings_v2(resources)), (Lines{"cpu.max=max 1000"}));
  resources.cpu = spec::Cpu{.quota = 2000};
  EXPECT_EQ(lines(settings_v2(resources)), (Lines{"cpu.max=2000"})) << "the period stays";
  resources.cpu = spec::Cpu{.period = 1000};
  EXPECT_EQ(lines(settings_v2(resources)), (Lines{"cpu.max=max 1000"}));
  resources.cpu = spec::Cpu{.realtime_runtime = 5, .realtime_period = 10};
  EXPECT_EQ(lines(settings_v1(resources)), (Lines{"cpu.rt_period_us=10", "cpu.rt_runtime_us=5"}));
  EXPECT_TRUE(settings_v2(resources)->empty());
}

TEST(Settings, IdleGroupHasNoShares) {
  spec::Resources resources;
  resources.cpu = spec::Cpu{.shares = 1024, .idle = 1};
  EXPECT_EQ(lines(settings_v1(resources)), (Lines{"cpu.idle=1"}));
  EXPECT_EQ(lines(settings_v2(resources)), (Lines{"cpu.idle=1"}));
  resources.cpu->idle = 0;
  EXPECT_EQ(lines(settings_v1(resources)), (Lines{"cpu.idle=0", "cpu.shares=1024"}));
  EXPECT_EQ(lines(settings_v2(resources)), (Lines{"cpu.idle=0", "cpu.weight=100"}));
}

TEST(Settings, Pids) {
  spec::Resources resources;
  const auto of = [&](std::int64_t limit) {
    resources.pids_limit = limit;
    EXPECT_EQ(lines(settings_v1(resources)), lines(settings_v2(resources)));
    return lines(settings_v2(resources)).front();
  };
  EXPECT_EQ(of(100), "pids.max=100");
  EXPECT_EQ(of(0), "pids.max=1");
  EXPECT_EQ(of(-1), "pids.max=max");
}

TEST(Settings, BlockIo) {
  spec::Resources resources;
  resources.block_io = spec::BlockIo{.weight = 500,
                                     .weight_device = {{.major = 8, .minor = 0, .weight = 300}},
                                     .throttle_read_bps_device = {{8, 0, 1000}},
                                     .throttle_write_iops_device = {{8, 16, 0}}};
  const auto v1 = settings_v1(resources);
  EXPECT_EQ(lines(v1),
            (Lines{"blkio.weight=500", "blkio.weight_device=8:0 300",
                   "blkio.throttle.read_bps_device=8:0 1000", "blkio.throttle.write_iops_device=8:16 0"}));
  EXPECT_EQ(v1->front().other_file, "blkio.bfq.weight");
  const auto v2 = settings_v2(resources);
  EXPECT_EQ(lines(v2), (Lines{"io.bfq.weight=500", "io.bfq.weight=8:0 300", "io.max=8:0 rbps=1000",
                              "io.max=8:16 wiops=max"}));
  EXPECT_EQ(v2->front().other_file, "io.weight");
  EXPECT_EQ(v2->front().other_value, "4950");
}

TEST(Settings, EveryThrottleOfBlockIo) {
  spec::Resources resources;
  resources.block_io = spec::BlockIo{.throttle_read_bps_device = {{8, 0, 1}},
                                     .throttle_write_bps_device = {{8, 0, 2}},
                                     .throttle_read_iops_device = {{8, 0, 3}},
                                     .throttle_write_iops_device = {{8, 0, 4}, {8, 16, 5}}};
  EXPECT_EQ(lines(settings_v1(resources)),
            (Lines{"blkio.throttle.read_bps_device=8:0 1", "blkio.throttle.write_bps_device=8:0 2",
                   "blkio.throttle.read_iops_device=8:0 3", "blkio.throttle.write_iops_device=8:0 4",
                   "blkio.throttle.write_iops_device=8:16 5"}));
  EXPECT_EQ(lines(settings_v2(resources)),
            (Lines{"io.max=8:0 rbps=1", "io.max=8:0 wbps=2", "io.max=8:0 riops=3", "io.max=8:0 wiops=4",
                   "io.max=8:16 wiops=5"}));
  EXPECT_EQ(settings_v2(resources)->front().json_path, "linux.resources.blockIO.throttleReadBpsDevice");
}

TEST(Settings, WeightsOfBlockIo) {
  spec::Resources resources;
  resources.block_io =
      spec::BlockIo{.weight = 0,
                    .leaf_weight = 20,
                    .weight_device = {{.major = 8, .minor = 0, .weight = 0, .leaf_weight = 30},
                                      {.major = 8, .minor = 16, .weight = 10}}};
  const auto v1 = settings_v1(resources);
  EXPECT_EQ(lines(v1),
            (Lines{"blkio.leaf_weight=20", "blkio.leaf_weight_device=8:0 30", "blkio.weight_device=8:16 10"}))
      << "0 is not given";
  EXPECT_EQ(v1->back().other_file, "blkio.bfq.weight_device");
  const auto v2 = settings_v2(resources);
  EXPECT_EQ(lines(v2), (Lines{"io.bfq.weight=8:16 10"}));
  EXPECT_EQ(v2->front().other_file, "io.weight");
  EXPECT_EQ(v2->front().other_value, "8:16 1");
}

TEST(Settings, HugepagesRdmaNetwork) {
  spec::Resources resources;
  resources.hugepage_limits = {{"2MB", 4096}};
  resources.rdma["mlx5_0"] = {.hca_handles = 3, .hca_objects = 10000};
  resources.network = spec::NetworkResources{.class_id = 1048577, .priorities = {{"eth0", 500}}};
  EXPECT_EQ(lines(settings_v1(resources)),
            (Lines{"hugetlb.2MB.limit_in_bytes=4096", "hugetlb.2MB.rsvd.limit_in_bytes=4096",
                   "net_cls.classid=1048577", "net_prio.ifpriomap=eth0 500",
                   "rdma.max=mlx5_0 hca_handle=3 hca_object=10000"}));
  EXPECT_EQ(lines(settings_v2(resources)),
            (Lines{"hugetlb.2MB.max=4096", "hugetlb.2MB.rsvd.max=4096", "net_cls.classid=1048577",
                   "net_prio.ifpriomap=eth0 500", "rdma.max=mlx5_0 hca_handle=3 hca_object=10000"}))
      << "net_cls and net_prio are not there on v2: the write fails and says so";
  resources.network->class_id = 0;
  EXPECT_TRUE((*settings_v2(resources))[2].optional) << "no class at all needs no file";
  for (const char* bad : {"", "MB", "2", "2MB/../x", "0MB", "2TB", "-2MB", "2 MB"}) {
    resources.hugepage_limits = {{bad, 1}};
    const auto refused = settings_v2(resources);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().path(), "linux.resources.hugepageLimits[0].pageSize");
  }
}

TEST(Settings, Unified) {
  spec::Resources resources;
  resources.pids_limit = 7;
  resources.unified = {{"io.max", "8:0 rbps=1\n8:16 rbps=2"}, {"pids.max", "9"}};
  EXPECT_EQ(lines(settings_v2(resources)),
            (Lines{"pids.max=7", "io.max=8:0 rbps=1", "io.max=8:16 rbps=2", "pids.max=9"}))
      << "last, so that it overrides; a write a line";
  EXPECT_EQ(settings_v2(resources)->back().controller, "pids");
  const auto on_v1 = settings_v1(resources);
  ASSERT_FALSE(on_v1);
  EXPECT_NE(on_v1.error().message().find("invalid configuration"), std::string::npos);
  for (const char* bad : {"", "memory", ".max", "memory.", "a/b.c", "../memory.max", "cgroup.procs",
                          "cgroup.threads", "cgroup.kill", "cgroup.freeze", "cgroup.type"}) {
    resources.unified = {{bad, "1"}};
    EXPECT_FALSE(settings_v2(resources)) << bad;
  }
}

}  // namespace
}  // namespace masu::cgroups
