// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/delegation.h"

#include "fake_cgroupfs.h"
#include "masu/cgroups/manager.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

using testing::Test;

class DelegationTest : public Test {
 protected:
  DelegationTest() {
    fake_.mount_v2("", "cpu memory pids", {{"pids.max", "max\n"}, {"memory.events.local", "oom 0\n"}});
    for (const char* path : {"system.slice", "system.slice/web.service", "system.slice/web.service/shell"})
      fake_.make(path);
    fake_.put("own", "0::/system.slice/web.service\n");
  }

  /// The user's are `dir` and all below it.
  void delegate(const std::string& dir) {
    fake_.on_access = [dir](const std::string& path) { return path == dir || path.starts_with(dir + "/"); };
    fake_.on_mkdir = [dir](const std::string& path) { return path.starts_with(dir + "/") ? 0 : EACCES; };
  }
  Layout layout() const { return *detect_layout({fake_.root(), fake_.own_cgroups(), "/nowhere"}); }
  std::string base() const {
    const auto found = find_v2_base(layout());
    EXPECT_TRUE(found) << found.error().message();
    return *found;
  }
  std::string reason(const std::string& giver) const {
    const auto root = Root::open(fake_.root());
    return why_not_given(*root, giver.empty() ? fake_.root() : fake_.root() + "/" + giver, "memory");
  }

  FakeCgroupfs fake_;
};

TEST_F(DelegationTest, ContainersAreBesideTheCaller) {
  delegate("system.slice/web.service");
  fake_.put("own", "0::/system.slice/web.service/shell\n");
  EXPECT_EQ(base(), "/system.slice/web.service");
}

TEST_F(DelegationTest, OrInTheCallersOwnCgroupIfThatAloneIsDelegated) {
  delegate("system.slice/web.service");
  EXPECT_EQ(base(), "/system.slice/web.service");
}

TEST_F(DelegationTest, RootIsBesideTheCaller) {
  fake_.on_access = [](const std::string&) { return true; };
  EXPECT_EQ(base(), "/system.slice");
  fake_.put("own", "0::/init.scope\n");
  EXPECT_EQ(base(), "");
  fake_.put("own", "0::/\n");
  EXPECT_EQ(base(), "");
  fake_.put("own", "0::/../elsewhere\n");
  EXPECT_EQ(base(), "") << "outside of our cgroup namespace";
}

TEST_F(DelegationTest, ADirectoryWithoutItsFilesIsNotDelegated) {
  for (const std::string file : {"cgroup.procs", "cgroup.subtree_control"}) {
    const std::string kept = "system.slice/web.service/" + file;
    fake_.put("own", "0::/system.slice/web.service/shell\n");
    fake_.on_access = [kept](const std::string& path) {
      return path.starts_with("system.slice/web.service") && path != kept;
    };
    EXPECT_EQ(base(), "/system.slice/web.service/shell") << file;
  }
}

TEST_F(DelegationTest, WithoutDelegationLimitsAreRefusedWithWhatWasTried) {
  delegate("nothing");
  auto manager = Manager::plan(layout(), {.cgroups_path = "", .id = "c1", .rootless = true});
  ASSERT_TRUE(manager->create());
  EXPECT_TRUE(manager->apply({})) << "none are asked for";
  spec::Resources resources;
  resources.pids_limit = 3;
  const auto refused = manager->apply(resources);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("system.slice/c1"), std::string::npos)
      << refused.error().message();
  EXPECT_NE(refused.error().message().find("EACCES"), std::string::npos);
  EXPECT_EQ(refused.error().path(), "linux.resources");
  EXPECT_FALSE(refused.error().hint_text().empty());
}

TEST_F(DelegationTest, WhoKeepsAControllerIsToldApart) {
  delegate("system.slice");
  fake_.put("cgroup.subtree_control", "cpu pids\n");
  EXPECT_NE(reason("").find("is not this user's, and gives its children only: cpu pids"), std::string::npos);
  fake_.put("system.slice/cgroup.procs", "7\n8\n");
  EXPECT_NE(reason("system.slice").find("holds 2 process(es) of its own"), std::string::npos);
  fake_.put("system.slice/cgroup.procs", "");
  EXPECT_NE(reason("system.slice").find("write +memory to"), std::string::npos);
  EXPECT_TRUE(fake_.take_writes().empty()) << "asking changes nothing";
}

TEST_F(DelegationTest, TheAncestorWhoseLimitWasReached) {
  auto manager = Manager::plan(layout(), {.cgroups_path = "/system.slice/web.service/c1", .id = "c1"});
  ASSERT_TRUE(manager->create());
  fake_.put("system.slice/web.service/c1/memory.events", "oom 0\noom_kill 1\n");
  EXPECT_EQ(manager->oom_ancestor(), "") << "the machine's memory";
  fake_.put("system.slice/memory.events.local", "oom 5\n");
  fake_.put("system.slice/web.service/memory.events.local", "oom 1\n");
  EXPECT_EQ(manager->oom_ancestor(), fake_.root() + "/system.slice/web.service") << "the nearest";
  fake_.put("system.slice/web.service/c1/memory.events", "oom 1\noom_kill 1\n");
  EXPECT_EQ(manager->oom_ancestor(), "") << "the container's own";
}

}  // namespace
}  // namespace masu::cgroups
