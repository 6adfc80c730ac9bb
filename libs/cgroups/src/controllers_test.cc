// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/controllers.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

TEST(CgroupMounts, OfAMountTable) {
  const auto mounts = cgroup_mounts(
      "24 1 0:22 / / rw - ext4 /dev/vda rw\n"
      "30 24 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
      "31 24 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd\n"
      "32 24 0:28 / /mnt/with\\040space rw - cgroup2 cgroup2 rw,nsdelegate\n"
      "33 24 0:29 / /broken - cgroup\n");
  const std::vector<CgroupMount> expected{{"/sys/fs/cgroup/cpu,cpuacct", 1, {"cpu", "cpuacct"}},
                                          {"/sys/fs/cgroup/systemd", 1, {"name=systemd"}},
                                          {"/mnt/with space", 2, {}}};
  EXPECT_EQ(mounts, expected);
}

TEST(CgroupControllers, AreThoseOfTheKernelAndOfTheMounts) {
  const std::vector<CgroupMount> mounts{
      {"/a", 1, {"cpu"}}, {"/b", 1, {"name=systemd"}}, {"/c", 2, {"io", "misc"}}};
  const auto controllers = cgroup_controllers(
      "#subsys_name\thierarchy\tnum_"
      "cgroups\tenabled\ncpu\t1\t1\t1\nblkio\t0\t1\t1\nmemory\t0\t1\t0\npids\t0\t1\t1\n",
      mounts);
  const std::vector<CgroupController> expected{
      {"cpu", 1, true}, {"blkio", 2, true}, {"memory", 0, false}, {"pids", 0, true}, {"misc", 2, true}};
  EXPECT_EQ(controllers, expected);
}

}  // namespace
}  // namespace masu::cgroups
