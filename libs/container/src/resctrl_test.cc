// SPDX-License-Identifier: Apache-2.0
//
// Over a directory that has a group's files, as the kernel would make them.
#include "resctrl.h"

#include "masu/base/text.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>

namespace masu::container {
namespace {

class Resctrl : public testing::Test {
 protected:
  Resctrl() {
    std::filesystem::create_directory(dir_.path("info"));
    test::write_text(dir_.path("info/last_cmd_status"), "ok\n");
    make_group("gold", "    L3:0=00f;1=ff\n    MB:0= 50;1= 50\n");
  }
  void make_group(const std::string& name, const std::string& schemata) {
    std::filesystem::create_directories(dir_.path(name + "/mon_groups"));
    test::write_text(dir_.path(name + "/schemata"), schemata);
    test::write_text(dir_.path(name + "/tasks"), "");
  }
  std::string read(const std::string& name) { return test::read_text(dir_.path(name)); }
  test::TemporaryDirectory dir_;
};

TEST_F(Resctrl, AGroupThatIsThereStays) {
  const spec::IntelRdt wanted{
      .clos_id = "gold", .l3_cache_schema = "L3:0=f;1=ff", .mem_bw_schema = "MB:0=50;1=50"};
  const auto group = plan_resctrl(wanted, "web", dir_.path());
  ASSERT_TRUE(group);
  EXPECT_EQ(group->directory, dir_.path("gold"));
  EXPECT_FALSE(group->owned);
  ASSERT_TRUE(enter_resctrl(*group, wanted, 4711));
  EXPECT_EQ(read("gold/tasks"), "4711");
  EXPECT_EQ(read("gold/schemata"), "    L3:0=00f;1=ff\n    MB:0= 50;1= 50\n");
  ASSERT_TRUE(leave_resctrl(*group));
  EXPECT_TRUE(std::filesystem::exists(dir_.path("gold")));
}

TEST_F(Resctrl, OtherSharesThanItHasAreRefused) {
  const spec::IntelRdt wanted{.clos_id = "gold", .schemata = {"L3:0=ff;1=ff"}};
  const auto group = plan_resctrl(wanted, "web", dir_.path());
  ASSERT_TRUE(group);
  const auto entered = enter_resctrl(*group, wanted, 1);
  ASSERT_FALSE(entered);
  EXPECT_NE(entered.error().message().find("other shares than 'L3:0=ff;1=ff'"), std::string::npos);
  EXPECT_EQ(read("gold/tasks"), "");
}

TEST_F(Resctrl, AClosIdAloneNamesAGroupThatIsThere) {
  EXPECT_TRUE(plan_resctrl({.clos_id = "gold"}, "web", dir_.path()));
  const auto missing = plan_resctrl({.clos_id = "silver"}, "web", dir_.path());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().path(), "linux.intelRdt.closID");
  EXPECT_EQ(plan_resctrl({.clos_id = "/"}, "web", dir_.path())->directory, dir_.path());
}

TEST_F(Resctrl, WithoutAClosIdItIsTheContainersOwn) {
  const auto group = plan_resctrl({}, "web", dir_.path());
  ASSERT_TRUE(group);
  EXPECT_EQ(group->directory, dir_.path("web"));
  EXPECT_TRUE(group->owned);
}

// The kernel fills a group as it is made; here the files have to be there before.
TEST_F(Resctrl, TheSharesAreWrittenInTheSpecsOrder) {
  make_group("web", "");
  const spec::IntelRdt wanted{
      .schemata = {"L2:0=1"}, .l3_cache_schema = "L3:0=f", .mem_bw_schema = "MB:0=20"};
  const ResctrlGroup group{
      .directory = dir_.path("web"), .owned = true, .monitoring = dir_.path("web/mon_groups/web")};
  std::filesystem::create_directory(group.monitoring);
  test::write_text(group.monitoring + "/tasks", "");
  ASSERT_TRUE(enter_resctrl(group, wanted, 12));
  EXPECT_EQ(read("web/schemata"), "L3:0=f\nMB:0=20\nL2:0=1\n");
  EXPECT_EQ(read("web/mon_groups/web/tasks"), "12");
}

TEST_F(Resctrl, ARefusalCarriesTheKernelsReason) {
  test::write_text(dir_.path("info/last_cmd_status"), "mask f0f has non-consecutive 1-bits\n");
  std::filesystem::create_directory(dir_.path("web"));
  const auto entered =
      enter_resctrl({.directory = dir_.path("web"), .owned = true}, {.l3_cache_schema = "L3:0=f0f"}, 1);
  ASSERT_FALSE(entered);
  EXPECT_EQ(entered.error().hint_text(), "resctrl says: mask f0f has non-consecutive 1-bits");
}

TEST_F(Resctrl, OwnGroupsGoWithTheContainer) {
  std::filesystem::create_directories(dir_.path("web/mon_groups/web"));
  const ResctrlGroup group{
      .directory = dir_.path("gold2"), .owned = true, .monitoring = dir_.path("web/mon_groups/web")};
  std::filesystem::create_directory(dir_.path("gold2"));
  ASSERT_TRUE(leave_resctrl(group));
  ASSERT_TRUE(leave_resctrl(group));  // gone is fine
  EXPECT_FALSE(std::filesystem::exists(dir_.path("gold2")));
  EXPECT_FALSE(std::filesystem::exists(dir_.path("web/mon_groups/web")));
}

TEST_F(Resctrl, AnUpdateOfAContainerWithoutAGroup) {
  const auto updated = update_resctrl({}, "L3:0=f", "");
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().message(), "Intel RDT/CAT: l3 cache schema is not enabled");
  EXPECT_TRUE(update_resctrl({}, "", ""));
  ASSERT_TRUE(update_resctrl({.directory = dir_.path("gold")}, "L3:0=f", "MB:0=20"));
  EXPECT_EQ(read("gold/schemata").substr(0, 15), "L3:0=f\nMB:0=20\n");
}

void write_tree(const test::TemporaryDirectory& dir,
                std::initializer_list<std::array<const char*, 2>> files) {
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories(std::filesystem::path(dir.path(name)).parent_path());
    test::write_text(dir.path(name), text);
  }
}

TEST_F(Resctrl, StatisticsAreTheGroupsOwn) {
  write_tree(dir_, {{"info/L3/cbm_mask", "fffff\n"},
                    {"info/L3/min_cbm_bits", "1\n"},
                    {"info/L3/num_closids", "16\n"},
                    {"info/MB/bandwidth_gran", "10\n"},
                    {"info/MB/delay_linear", "1\n"},
                    {"info/MB/min_bandwidth", "20\n"},
                    {"info/MB/num_closids", "8\n"},
                    {"info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes\n"},
                    {"schemata", "    MB:0=100;1=100\n    L3:0=fffff;1=fffff\n"},
                    {"gold/mon_data/mon_L3_00/llc_occupancy", "99\n"},
                    {"gold/mon_groups/web/mon_data/mon_L3_01/llc_occupancy", "Unavailable\n"},
                    {"gold/mon_groups/web/mon_data/mon_L3_01/mbm_total_bytes", "30\n"},
                    {"gold/mon_groups/web/mon_data/mon_L3_01/mbm_local_bytes", "20\n"},
                    {"gold/mon_groups/web/mon_data/mon_L3_00/llc_occupancy", "4096\n"},
                    {"gold/mon_groups/web/mon_data/mon_L3_00/mbm_total_bytes", "3\n"},
                    {"gold/mon_groups/web/mon_data/mon_L3_00/mbm_local_bytes", "2\n"}});
  ResctrlGroup group{.directory = dir_.path("gold"), .monitoring = dir_.path("gold/mon_groups/web")};
  const auto stats = resctrl_stats(group, dir_.path());
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->cache->cbm_mask, "fffff");
  EXPECT_EQ(stats->cache->num_closids, 16u);
  EXPECT_EQ(stats->bandwidth->min_bandwidth, 20u);
  EXPECT_EQ(stats->cache_root, "L3:0=fffff;1=fffff");
  EXPECT_EQ(stats->cache_own, "L3:0=00f;1=ff");
  EXPECT_EQ(stats->bandwidth_root, "MB:0=100;1=100");
  EXPECT_EQ(stats->bandwidth_own, "MB:0= 50;1= 50");
  EXPECT_EQ(stats->schemata.size(), 2u);
  EXPECT_EQ(stats->occupied_cache, (std::vector<std::uint64_t>{4096, 0}));
  ASSERT_EQ(stats->used_bandwidth.size(), 2u);
  EXPECT_EQ(stats->used_bandwidth[1].total, 30u);
  EXPECT_EQ(stats->used_bandwidth[1].local, 20u);

  group.monitoring.clear();  // then the whole group's
  EXPECT_EQ(resctrl_stats(group, dir_.path())->occupied_cache, std::vector<std::uint64_t>{99});
}

TEST_F(Resctrl, WhatTheMachineCannotDoIsLeftOut) {
  write_tree(dir_, {{"info/L3_MON/mon_features", "mbm_local_bytes\n"},
                    {"gold/mon_data/mon_L3_00/mbm_local_bytes", "7\n"}});
  const auto stats = resctrl_stats({.directory = dir_.path("gold")}, dir_.path());
  ASSERT_TRUE(stats);
  EXPECT_FALSE(stats->cache);
  EXPECT_FALSE(stats->bandwidth);
  EXPECT_EQ(stats->cache_root, "");
  EXPECT_TRUE(stats->occupied_cache.empty());
  ASSERT_EQ(stats->used_bandwidth.size(), 1u);
  EXPECT_EQ(stats->used_bandwidth[0].local, 7u);
  EXPECT_FALSE(resctrl_stats({.directory = dir_.path("silver")}, dir_.path()));
}

}  // namespace
}  // namespace masu::container
