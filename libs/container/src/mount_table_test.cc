// SPDX-License-Identifier: Apache-2.0
//
// The table of a mount namespace of our own, with names that have to be unescaped.
#include "mount_table.h"

#include "test_support.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <sys/mount.h>

namespace masu::container {
namespace {

// Exit code of `body` in a private mount namespace.
int in_mount_namespace(const std::function<int()>& body) {
  return test::in_namespaces(CLONE_NEWNS, [&] {
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 90;
    return body();
  });
}

bool mount_tmpfs(const std::string& path) {
  (void)mkdir(path.c_str(), 0755);
  return mount("tmpfs", path.c_str(), "tmpfs", 0, nullptr) == 0;
}

TEST(MountTable, TheMountThatHoldsAPath) {
  const test::TemporaryDirectory root;
  const int code = in_mount_namespace([&] {
    const std::string odd = root.path("a b\tc\\d");
    const std::string below = odd + "/below";
    if (!mount_tmpfs(odd) || !mount_tmpfs(below) || !mount_tmpfs(root.path("plain"))) return 1;
    if (mount_point_of(odd).value_or("") != odd) return 2;
    if (mount_point_of(odd + "/x/y").value_or("") != odd) return 3;
    if (mount_point_of(below + "/x").value_or("") != below) return 4;
    // A name that only begins alike is another directory.
    const auto other = mount_point_of(root.path("plainly/x"));
    if (!other || *other == root.path("plain")) return 5;
    if (mount_point_of(root.path("plain/")).value_or("") != root.path("plain")) return 6;
    return mount_point_of("/").value_or("") == "/" ? 0 : 7;
  });
  if (code == -1) GTEST_SKIP() << "no right to a mount namespace";
  EXPECT_EQ(code, 0);
}

TEST(MountTable, PointsOfATypeDeepestFirst) {
  const test::TemporaryDirectory root;
  const int code = in_mount_namespace([&] {
    const std::string upper = root.path("upper");
    const std::string lower = upper + "/lower";
    if (!mount_tmpfs(upper)) return 1;
    (void)mkdir(lower.c_str(), 0755);
    if (mount("ramfs", lower.c_str(), "ramfs", 0, nullptr) != 0) return 2;
    const auto points = mount_points_of_types({"tmpfs", "ramfs"});
    if (!points) return 3;
    const auto at_upper = std::ranges::find(*points, upper);
    const auto at_lower = std::ranges::find(*points, lower);
    if (at_upper == points->end() || at_lower == points->end() || at_lower > at_upper) return 4;
    const auto ramfs = mount_points_of_types({"ramfs"});
    if (std::ranges::find(*ramfs, lower) == ramfs->end()) return 5;
    return std::ranges::find(*ramfs, upper) == ramfs->end() ? 0 : 6;
  });
  if (code == -1) GTEST_SKIP() << "no right to a mount namespace";
  EXPECT_EQ(code, 0);
}

TEST(MountTable, NoSuchType) {
  const auto points = mount_points_of_types({"no-such-type"});
  ASSERT_TRUE(points);
  EXPECT_TRUE(points->empty());
}

}  // namespace
}  // namespace masu::container
