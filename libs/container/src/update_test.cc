// SPDX-License-Identifier: Apache-2.0
#include "update.h"

#include <gtest/gtest.h>

namespace masu::container {
namespace {

using cgroups::LayoutKind;

TEST(MergeResources, NothingChangesNothing) {
  spec::Resources base;
  base.devices = {{.allow = true}};
  base.memory = {.limit = 1, .swappiness = 60};
  base.pids_limit = 5;
  EXPECT_EQ(merge_resources(base, {}, LayoutKind::v2), base);
}

TEST(MergeResources, MembersAreTakenOneByOne) {
  spec::Resources base;
  base.memory = {.limit = 100, .reservation = 50, .swappiness = 60};
  base.cpu = {.shares = 512, .quota = 1000, .period = 2000, .cpus = "0"};
  spec::Resources changes;
  changes.memory = {.limit = 200};
  changes.cpu = {.quota = 3000, .mems = "0", .idle = 0};
  changes.pids_limit = -1;
  const auto merged = merge_resources(base, changes, LayoutKind::v1);
  EXPECT_EQ(merged.memory, (spec::Memory{.limit = 200, .reservation = 50, .swappiness = 60}));
  EXPECT_EQ(merged.cpu,
            (spec::Cpu{.shares = 512, .quota = 3000, .period = 2000, .cpus = "0", .mems = "0", .idle = 0}));
  EXPECT_EQ(merged.pids_limit, -1);
}

TEST(MergeResources, ZeroIsNotSet) {
  spec::Resources base;
  base.memory = {.limit = 100, .swap = 200};
  base.cpu = {.shares = 512, .quota = 1000};
  base.block_io = {.weight = 100};
  spec::Resources changes;
  changes.memory = {.limit = 0, .reservation = 0, .swap = 0};
  changes.cpu = {.shares = 0, .quota = 0, .period = 0, .realtime_runtime = 0, .realtime_period = 0};
  changes.block_io = {.weight = 0};
  EXPECT_EQ(merge_resources(base, changes, LayoutKind::v2), base);
}

TEST(MergeResources, RulesForDevicesStay) {
  spec::Resources base;
  base.devices = {{.allow = false}};
  spec::Resources changes;
  changes.devices = {{.allow = true}};
  EXPECT_EQ(merge_resources(base, changes, LayoutKind::v1).devices, base.devices);
}

TEST(MergeResources, ListsAndMapsByWhatTheEntriesAreAbout) {
  spec::Resources base;
  base.hugepage_limits = {{"2MB", 1}, {"1GB", 1}};
  base.block_io = {.throttle_read_bps_device = {{8, 0, 100}, {8, 16, 100}}};
  base.network = {.class_id = 1, .priorities = {{"eth0", 1}}};
  base.rdma["mlx"] = {.hca_handles = 1};
  base.unified = {{"memory.high", "1"}, {"pids.max", "2"}};
  spec::Resources changes;
  changes.hugepage_limits = {{"2MB", 9}, {"64KB", 9}};
  changes.block_io = {.throttle_read_bps_device = {{8, 16, 900}}, .throttle_write_bps_device = {{8, 0, 900}}};
  changes.network = {.priorities = {{"eth0", 9}, {"eth1", 9}}};
  changes.rdma["mlx"] = {.hca_objects = 9};
  changes.unified = {{"memory.high", "9"}};
  const auto merged = merge_resources(base, changes, LayoutKind::v1);
  EXPECT_EQ(merged.hugepage_limits, (std::vector<spec::HugepageLimit>{{"2MB", 9}, {"1GB", 1}, {"64KB", 9}}));
  EXPECT_EQ(merged.block_io->throttle_read_bps_device,
            (std::vector<spec::ThrottleDevice>{{8, 0, 100}, {8, 16, 900}}));
  EXPECT_EQ(merged.block_io->throttle_write_bps_device, (std::vector<spec::ThrottleDevice>{{8, 0, 900}}));
  EXPECT_EQ(merged.network->class_id, 1u);
  EXPECT_EQ(merged.network->priorities, (std::vector<spec::InterfacePriority>{{"eth0", 9}, {"eth1", 9}}));
  EXPECT_EQ(merged.rdma.at("mlx"), (spec::Rdma{.hca_objects = 9}));
  EXPECT_EQ(merged.unified, (std::map<std::string, std::string>{{"memory.high", "9"}, {"pids.max", "2"}}));
}

// memory.swap of the config is the sum: v1 keeps the sum, v2 keeps what is above the limit.
TEST(MergeResources, SwapFollowsTheMemoryLimitAsTheKernelHasIt) {
  spec::Resources base;
  base.memory = {.limit = 100, .swap = 300};
  spec::Resources changes;
  changes.memory = {.limit = 150};
  EXPECT_EQ(merge_resources(base, changes, LayoutKind::v2).memory->swap, 350);
  EXPECT_EQ(merge_resources(base, changes, LayoutKind::hybrid).memory->swap, 300);
  changes.memory = {.limit = -1};
  EXPECT_EQ(merge_resources(base, changes, LayoutKind::v2).memory->swap, -1);
  EXPECT_EQ(merge_resources(base, changes, LayoutKind::v1).memory->swap, -1);
  changes.memory = {.limit = 150, .swap = 400};
  EXPECT_EQ(merge_resources(base, changes, LayoutKind::v2).memory->swap, 400);
}

}  // namespace
}  // namespace masu::container
