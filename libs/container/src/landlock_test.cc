// SPDX-License-Identifier: Apache-2.0
#include "landlock.h"

#include <gtest/gtest.h>

#include <cerrno>

#include <linux/landlock.h>

namespace masu::container {
namespace {

constexpr std::uint64_t kReads = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

TEST(LandlockTest, WithoutAnnotationsThereIsNone) {
  ProcessPlan plan;
  ASSERT_TRUE(plan_landlock(plan, {{"masu.landlocked", "x"}, {"other", "y"}}, -ENOSYS));
  EXPECT_FALSE(plan.landlock);
}

TEST(LandlockTest, PathsGetWhatTheirListAllows) {
  ProcessPlan plan;
  ASSERT_TRUE(plan_landlock(plan,
                            {{"masu.landlock.read", "/etc:/usr"},
                             {"masu.landlock.execute", "/bin"},
                             {"masu.landlock.write", "/tmp"}},
                            7));
  ASSERT_TRUE(plan.landlock);
  EXPECT_EQ(plan.landlock->handled_files, 0xffffu);
  EXPECT_EQ(plan.landlock->handled_ports, 0u);
  ASSERT_EQ(plan.landlock->paths.size(), 4u);
  EXPECT_EQ(plan.landlock->paths[1].path, "/usr");
  EXPECT_EQ(plan.landlock->paths[1].access, kReads);
  EXPECT_EQ(plan.landlock->paths[2].access, kReads | LANDLOCK_ACCESS_FS_EXECUTE);
  EXPECT_EQ(plan.landlock->paths[3].access, 0xfffeu);
}

TEST(LandlockTest, AnEmptyListAllowsNothing) {
  ProcessPlan plan;
  ASSERT_TRUE(plan_landlock(plan, {{"masu.landlock.write", ""}, {"masu.landlock.connect", ""}}, 4));
  ASSERT_TRUE(plan.landlock);
  EXPECT_EQ(plan.landlock->handled_files, 0x7fffu);
  EXPECT_EQ(plan.landlock->handled_ports, 2u);
  EXPECT_TRUE(plan.landlock->paths.empty() && plan.landlock->ports.empty());
}

TEST(LandlockTest, PortsAndScope) {
  ProcessPlan plan;
  ASSERT_TRUE(plan_landlock(
      plan, {{"masu.landlock.bind", "80,65535"}, {"masu.landlock.scope", "signals,sockets"}}, 6));
  EXPECT_EQ(plan.landlock->handled_files, 0u);
  EXPECT_EQ(plan.landlock->handled_ports, 1u);
  ASSERT_EQ(plan.landlock->ports.size(), 2u);
  EXPECT_EQ(plan.landlock->ports[1].port, 65535u);
  EXPECT_EQ(plan.landlock->scoped, 3u);
}

TEST(LandlockTest, AnOlderKernelDeniesWhatItKnows) {
  for (const auto& [abi, files] : std::initializer_list<std::pair<int, std::uint64_t>>{
           {1, 0x1fff}, {2, 0x3fff}, {3, 0x7fff}, {5, 0xffff}}) {
    ProcessPlan plan;
    ASSERT_TRUE(plan_landlock(plan, {{"masu.landlock.read", "/"}}, abi));
    EXPECT_EQ(plan.landlock->handled_files, files) << abi;
  }
}

TEST(LandlockTest, Refusals) {
  struct Case {
    spec::Annotations annotations;
    int abi;
    Kind kind;
    const char* text;
  };
  const Case cases[] = {
      {{{"masu.landlock.read", "usr"}}, 7, Kind::invalid_spec, "'usr' is no absolute path"},
      {{{"masu.landlock.read", "/usr::/etc"}}, 7, Kind::invalid_spec, "'' is no absolute path"},
      {{{"masu.landlock.bind", "80,x"}}, 7, Kind::invalid_spec, "'x' is no port"},
      {{{"masu.landlock.connect", "65536"}}, 7, Kind::invalid_spec, "'65536' is no port"},
      {{{"masu.landlock.scope", "all"}}, 7, Kind::invalid_spec, "'all' is neither"},
      {{{"masu.landlock.reed", "/"}}, 7, Kind::invalid_spec, "annotations.masu.landlock.reed"},
      {{{"masu.landlock.read", "/"}}, -ENOSYS, Kind::unsupported, "Landlock is not there"},
      {{{"masu.landlock.read", "/"}}, -EOPNOTSUPP, Kind::unsupported, "Landlock is not there"},
      {{{"masu.landlock.bind", "80"}}, 3, Kind::unsupported, "ABI 4, not 3"},
      {{{"masu.landlock.scope", "signals"}}, 5, Kind::unsupported, "ABI 6, not 5"}};
  for (const Case& c : cases) {
    ProcessPlan plan;
    const auto refused = plan_landlock(plan, c.annotations, c.abi);
    ASSERT_FALSE(refused) << c.text;
    EXPECT_EQ(refused.error().kind(), c.kind) << c.text;
    EXPECT_NE(refused.error().message().find(c.text), std::string::npos) << refused.error().message();
  }
}

}  // namespace
}  // namespace masu::container
