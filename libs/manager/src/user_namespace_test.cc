// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/user_namespace.h"

#include <gtest/gtest.h>

namespace masu::manager {
namespace {

TEST(UserNamespace, OwnIdFirstThenTheRangesWithoutGaps) {
  const auto ids = plan_ids(1000, {{0, 100000, 65536}, {0, 300000, 10}});
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(sys::map_text(ids), "0 1000 1\n1 100000 65536\n65537 300000 10\n");
}

TEST(UserNamespace, RangesThatWouldNotFitAreLeftOut) {
  EXPECT_EQ(sys::map_text(plan_ids(1000, {{0, 100000, 0xFFFFFFFE}})), "0 1000 1\n");
  EXPECT_EQ(sys::map_text(plan_ids(1000, {})), "0 1000 1\n");
}

}  // namespace
}  // namespace masu::manager
