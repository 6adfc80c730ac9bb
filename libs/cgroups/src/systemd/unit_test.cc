// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/unit.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

void expect_unit(std::string_view path, const char* slice, const char* name) {
  const auto unit = parse_unit(path, "web", false);
  ASSERT_TRUE(unit) << path << ": " << unit.error().message();
  EXPECT_EQ(unit->slice, slice) << path;
  EXPECT_EQ(unit->name, name) << path;
}

TEST(Unit, Parse) {
  expect_unit("", "system.slice", "masu-web.scope");
  expect_unit("a.slice:docker:1234", "a.slice", "docker-1234.scope");
  expect_unit(":docker:1234", "system.slice", "docker-1234.scope");
  expect_unit("a-b.slice::1234", "a-b.slice", "1234.scope");
  expect_unit("-.slice:x:y", "-.slice", "x-y.scope");
  expect_unit(":x:pod.slice", "system.slice", "pod.slice");
  EXPECT_EQ(parse_unit("", "web", true)->slice, "user.slice");
  EXPECT_TRUE(parse_unit("", "web", true)->user);
}

TEST(Unit, Refused) {
  for (const char* path : {"web", "/web", "a.slice:b", "a.slice:b:c:d", "a:b:c", "a.scope:b:c",
                           "a--b.slice:b:c", "-a.slice:b:c", ".slice:b:c", "a-.slice:b:c", "a/b.slice:b:c",
                           "a.slice:b:", "a.slice:b:c/d", "a.slice:b:c d", ":x:a--b.slice"}) {
    const auto unit = parse_unit(path, "web", false);
    ASSERT_FALSE(unit) << path;
    EXPECT_EQ(unit.error().kind(), Kind::invalid_spec);
    EXPECT_EQ(unit.error().path(), "linux.cgroupsPath");
  }
  EXPECT_FALSE(parse_unit("", std::string(300, 'x'), false));
}

TEST(Unit, ExpandSlice) {
  EXPECT_EQ(expand_slice("system.slice").value(), "/system.slice");
  EXPECT_EQ(expand_slice("test-a-b.slice").value(), "/test.slice/test-a.slice/test-a-b.slice");
  EXPECT_EQ(expand_slice("-.slice").value(), "");
  EXPECT_FALSE(expand_slice("system"));
}

}  // namespace
}  // namespace masu::cgroups
