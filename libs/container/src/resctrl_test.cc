// SPDX-License-Identifier: Apache-2.0
//
// Over a directory that has a group's files, as the kernel would make them.
#include "resctrl.h"

#include "masu/base/text.h"
#include "test_support.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace masu::container
