// SPDX-License-Identifier: Apache-2.0
//
// Freezing over a stand-in for the kernel: the help that v1 needs, deadlines, and what is left afterwards.
#include "fake_cgroupfs.h"
#include "masu/cgroups/manager.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace masu::cgroups {
namespace {

using Write = FakeCgroupfs::Write;
using Writes = std::vector<Write>;

std::chrono::steady_clock::time_point in_ms(int ms) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}

class FreezerTest : public testing::Test {
 protected:
  void mount_v1() {
    fake_.mount_v1("freezer", {{"freezer.state", "THAWED\n"}, {"freezer.self_freezing", "0\n"}});
    fake_.put("own", "1:freezer:/\n");
  }
  void mount_v2() {
    fake_.mount_v2("", "");
    fake_.put("own", "0::/\n");
  }
  Manager made(const std::string& path = "/c1") {
    auto layout = detect_layout({fake_.root(), fake_.own_cgroups(), "/nowhere"});
    EXPECT_TRUE(layout) << layout.error().message();
    auto manager = Manager::plan(*layout, {.cgroups_path = path, .id = "c1"});
    EXPECT_TRUE(manager && manager->create());
    fake_.take_writes();
    return std::move(*manager);
  }
  std::size_t count(const char* value) {
    const Writes writes = fake_.take_writes();
    return static_cast<std::size_t>(
        std::ranges::count_if(writes, [value](const Write& write) { return write.value == value; }));
  }

  FakeCgroupfs fake_;
};

TEST_F(FreezerTest, V1IsAskedUntilAllHaveStopped) {
  mount_v1();
  const Manager manager = made();
  int asked = 0;
  fake_.on_write = [&](const Write& write) {
    // The request is taken; the state says FREEZING until the tenth.
    if (write.value == "FROZEN") ++asked;
    return 0;
  };
  fake_.after_write = [&](const Write& write) {
    if (write.value == "FROZEN" && asked < 10) fake_.put("freezer/c1/freezer.state", "FREEZING\n");
  };
  const auto frozen = manager.freeze(in_ms(5000));
  ASSERT_TRUE(frozen) << frozen.error().message();
  EXPECT_EQ(asked, 10);
  EXPECT_EQ(count("THAWED"), 0u);
}

TEST_F(FreezerTest, V1IsLetGoNowAndThen) {
  mount_v1();
  const Manager manager = made();
  bool let_go = false;
  fake_.after_write = [&](const Write& write) {
    let_go = let_go || write.value == "THAWED";
    if (write.value == "FROZEN" && !let_go) fake_.put("freezer/c1/freezer.state", "FREEZING\n");
  };
  ASSERT_TRUE(manager.freeze(in_ms(10000)));
  EXPECT_EQ(count("THAWED"), 1u);
}

TEST_F(FreezerTest, V1RunsOnAtTheDeadline) {
  mount_v1();
  const Manager manager = made();
  fake_.after_write = [&](const Write& write) {
    if (write.value == "FROZEN") fake_.put("freezer/c1/freezer.state", "FREEZING\n");
  };
  const auto refused = manager.freeze(in_ms(30));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::timeout);
  EXPECT_EQ(fake_.get("freezer/c1/freezer.state"), "THAWED");
}

TEST_F(FreezerTest, V2WaitsForTheEvent) {
  mount_v2();
  const Manager manager = made();
  fake_.after_write = [&](const Write& write) {
    fake_.put("c1/cgroup.events", "populated 1\nfrozen " + write.value + "\n");
  };
  ASSERT_TRUE(manager.freeze(in_ms(1000)));
  EXPECT_EQ(*manager.freezer_state(), FreezerState::frozen);
  ASSERT_TRUE(manager.thaw(in_ms(1000)));
  EXPECT_EQ(*manager.freezer_state(), FreezerState::thawed);
  EXPECT_EQ(fake_.take_writes(), (Writes{{"c1/cgroup.freeze", "1"}, {"c1/cgroup.freeze", "0"}}));
}

TEST_F(FreezerTest, V2RunsOnAtTheDeadline) {
  mount_v2();
  const Manager manager = made();
  const auto refused = manager.freeze(in_ms(30));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::timeout);
  EXPECT_NE(refused.error().message().find("/c1"), std::string::npos);
  EXPECT_EQ(fake_.get("c1/cgroup.freeze"), "0");
}

TEST_F(FreezerTest, ThawBelowAFrozenCgroup) {
  mount_v2();
  const Manager manager = made("/a/b/c1");
  fake_.put("a/cgroup.freeze", "1\n");
  fake_.put("a/b/c1/cgroup.events", "populated 1\nfrozen 1\n");
  const auto refused = manager.thaw(in_ms(1000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::invalid_state);
  EXPECT_NE(refused.error().message().find("'" + fake_.root() + "/a'"), std::string::npos)
      << refused.error().message();
}

TEST_F(FreezerTest, ThawBelowAFrozenCgroupOnV1) {
  mount_v1();
  const Manager manager = made("/a/b/c1");
  fake_.put("freezer/a/freezer.self_freezing", "1\n");
  fake_.after_write = [&](const Write&) { fake_.put("freezer/a/b/c1/freezer.state", "FROZEN\n"); };
  const auto refused = manager.thaw(in_ms(1000));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("/freezer/a'"), std::string::npos) << refused.error().message();
}

TEST_F(FreezerTest, ThawDoesNotWaitForever) {
  mount_v2();
  const Manager manager = made();
  fake_.put("c1/cgroup.events", "populated 1\nfrozen 1\n");
  const auto refused = manager.thaw(in_ms(20));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::timeout);
}

TEST_F(FreezerTest, NoFreezer) {
  fake_.mount_v1("memory");
  fake_.put("own", "1:memory:/\n");
  const Manager manager = made();
  const auto refused = manager.freeze(in_ms(1000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::unsupported);
  EXPECT_TRUE(manager.thaw(in_ms(1000)));
}

TEST_F(FreezerTest, CgroupThatIsGone) {
  mount_v1();
  const Manager manager = made();
  ASSERT_TRUE(manager.remove(in_ms(0)));
  EXPECT_EQ(manager.freeze(in_ms(1000)).error().kind(), Kind::invalid_state);
  EXPECT_EQ(manager.thaw(in_ms(1000)).error().kind(), Kind::invalid_state);
}

}  // namespace
}  // namespace masu::cgroups
