// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/mountinfo.h"

#include <gtest/gtest.h>

namespace masu::sys {
namespace {

TEST(Mountinfo, HasTargetTypeAndOptions) {
  const auto mounts = parse_mountinfo(
      "24 1 0:22 / / rw,relatime - ext4 /dev/vda rw\n"
      "30 24 0:26 /a /mnt/with\\040space ro,nosuid shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct\n"
      "33 24 0:29 / /broken - cgroup\n"
      "junk\n");
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[0].target, "/");
  EXPECT_EQ(mounts[0].type, "ext4");
  EXPECT_EQ(mounts[1].target, "/mnt/with space");
  EXPECT_EQ(mounts[1].options, "ro,nosuid");
  EXPECT_EQ(mounts[1].type, "cgroup");
  EXPECT_EQ(mounts[1].fs_options, "rw,cpu,cpuacct");
  EXPECT_TRUE(parse_mountinfo("").empty());
}

TEST(Mountinfo, EscapesAreOctal) {
  EXPECT_EQ(unescape_mount("a\\011b\\134c\\"), "a\tb\\c\\");
  EXPECT_EQ(unescape_mount("\\09x"), "\\09x");
}

}  // namespace
}  // namespace masu::sys
