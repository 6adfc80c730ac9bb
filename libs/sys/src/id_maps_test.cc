// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/id_maps.h"

#include <gtest/gtest.h>

namespace masu::sys {
namespace {

TEST(IdMaps, SubordinateIdsAreFoundByNameAndByNumber) {
  constexpr std::string_view kText =
      "root:100000:65536\n"
      "# ada:1:2\n"
      "ada:200000:65536\n"
      "1000:400000:10\n"
      "10:500000:10\n"
      "ada:none:10\n"
      "ada:600000:0\n";
  const auto found = parse_subordinate_ids(kText, 1000, "ada");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].outside, 200000U);
  EXPECT_EQ(found[0].count, 65536U);
  EXPECT_EQ(found[1].outside, 400000U);
  EXPECT_TRUE(parse_subordinate_ids(kText, 7, "").empty());
}

TEST(IdMaps, AMapIsReadAsItIsWritten) {
  const std::vector<IdRange> ranges = {{0, 1000, 1}, {1, 100000, 65536}};
  EXPECT_EQ(map_text(ranges), "0 1000 1\n1 100000 65536\n");
  const auto read = parse_map("         0       1000          1\n         1     100000      65536\n");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].outside, 100000U);
  EXPECT_EQ(read[1].count, 65536U);
}

TEST(IdMaps, TheHelperGetsThreeNumbersARange) {
  const std::vector<IdRange> ranges = {{0, 1000, 1}, {1, 100000, 65536}};
  EXPECT_EQ(map_helper_words("newuidmap", 42, ranges),
            (std::vector<std::string>{"newuidmap", "42", "0", "1000", "1", "1", "100000", "65536"}));
}

TEST(IdMaps, AUserIsNamedByPasswd) {
  EXPECT_EQ(find_user_name("root:x:0:0::/:/bin/sh\nada:x:1000:1000::/:/bin/sh\n", 1000), "ada");
  EXPECT_EQ(find_user_name("root:x:0:0::/:/bin/sh\n", 1000), "");
}

}  // namespace
}  // namespace masu::sys
