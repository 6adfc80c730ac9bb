// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/layout.h"

#include "fake_cgroupfs.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

Result<Layout> detect(const FakeCgroupfs& fake, const std::string& own, const std::string& mountinfo = "") {
  fake.put("own", own);
  fake.put("mountinfo", mountinfo);
  return detect_layout({fake.root(), fake.own_cgroups(), fake.root() + "/mountinfo"});
}

TEST(Layout, ListsController) {
  EXPECT_TRUE(lists_controller("cpu,cpuacct", "cpu"));
  EXPECT_TRUE(lists_controller("cpu,cpuacct", "cpuacct"));
  EXPECT_FALSE(lists_controller("cpuacct", "cpu"));
  EXPECT_FALSE(lists_controller("cpu,cpuacct", "acct"));
  EXPECT_FALSE(lists_controller("", "cpu"));
}

TEST(Layout, V2IsSeenWithoutReadingAnything) {
  FakeCgroupfs fake;
  fake.mount_v2("", "cpu memory");
  const auto layout = detect_layout({fake.root(), "/nowhere", "/nowhere"});
  ASSERT_TRUE(layout) << layout.error().message();
  EXPECT_EQ(layout->kind, LayoutKind::v2);
  ASSERT_EQ(layout->hierarchies.size(), 1u);
  EXPECT_EQ(layout->hierarchies[0].mount, fake.root());
  EXPECT_EQ(layout->find("memory"), nullptr) << "find() is for v1";
  EXPECT_NE(layout->find_v2(), nullptr);
}

TEST(Layout, HybridWithSharedMount) {
  FakeCgroupfs fake;
  fake.mount_v1("cpu,cpuacct");
  fake.mount_v1("memory");
  fake.make("memory/session");
  fake.mount_v1("systemd");
  fake.mount_v2("unified", "");
  const auto layout = detect(fake, "9:name=systemd:/\n4:memory:/session\n2:cpu,cpuacct:/\n0::/\n");
  ASSERT_TRUE(layout) << layout.error().message();
  EXPECT_EQ(layout->kind, LayoutKind::hybrid);
  ASSERT_EQ(layout->hierarchies.size(), 4u);
  EXPECT_TRUE(layout->hierarchies.back().is_v2());
  EXPECT_EQ(layout->hierarchies.back().mount, fake.root() + "/unified");
  EXPECT_EQ(layout->find("cpuacct")->mount, fake.root() + "/cpu,cpuacct");
  EXPECT_EQ(layout->find("memory")->own, "/session");
  EXPECT_EQ(layout->find("name=systemd")->mount, fake.root() + "/systemd");
  EXPECT_EQ(layout->find("pids"), nullptr);
}

TEST(Layout, PlainDirectoryIsNoHierarchy) {
  FakeCgroupfs fake;
  fake.mount_v1("memory");
  ::mkdir((fake.root() + "/hugetlb").c_str(), 0755);  // as other runtimes leave behind
  const auto layout = detect(fake, "2:hugetlb:/\n1:memory:/\n");
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->kind, LayoutKind::v1);
  EXPECT_EQ(layout->hierarchies.size(), 1u);
}

TEST(Layout, SharedMountUnderItsFirstName) {
  FakeCgroupfs fake;
  fake.mount_v1("net_cls");
  const auto layout = detect(fake, "2:net_cls,net_prio:/\n");
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->find("net_prio")->mount, fake.root() + "/net_cls");
}

TEST(Layout, OwnCgroupThatIsNotThereIsTheMountItself) {
  FakeCgroupfs fake;
  fake.mount_v1("memory");
  fake.mount_v1("pids");
  const auto layout = detect(fake, "2:memory:/docker/0123\n1:pids:/../outside\n");
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->find("memory")->own, "/");
  EXPECT_EQ(layout->find("pids")->own, "/");
}

TEST(Layout, UnusualMountsAreFoundInMountinfo) {
  FakeCgroupfs fake;
  const auto layout = detect(fake, "2:cpu,cpuacct:/\n1:memory:/\n0::/\n",
                             "30 20 0:26 / /elsewhere/my\\040cpu rw shared:9 - cgroup cgroup rw,cpuacct,cpu\n"
                             "31 20 0:27 / /mnt rw - ext4 /dev/vda rw,memory\n");
  ASSERT_TRUE(layout);
  ASSERT_EQ(layout->hierarchies.size(), 1u);
  EXPECT_EQ(layout->hierarchies[0].mount, "/elsewhere/my cpu");
}

TEST(Layout, NothingIsMounted) {
  FakeCgroupfs fake;
  const auto layout = detect(fake, "0::/\n");
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->kind, LayoutKind::none);
  EXPECT_FALSE(detect_layout({fake.root(), "/nowhere", "/nowhere"})) << "an unreadable /proc is an error";
}

}  // namespace
}  // namespace masu::cgroups
