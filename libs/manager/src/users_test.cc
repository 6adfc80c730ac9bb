// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/users.h"

#include <gtest/gtest.h>

namespace masu::manager {
namespace {

using Ranges = std::vector<sys::IdRange>;

TEST(Users, KeepIdHasTheCallerAmongTheOthers) {
  EXPECT_EQ(keep_id(1000, 65537), (Ranges{{0, 1, 1000}, {1000, 0, 1}, {1001, 1001, 64536}}));
  EXPECT_EQ(keep_id(0, 5), (Ranges{{0, 0, 1}, {1, 1, 4}}));
  EXPECT_EQ(keep_id(4, 5), (Ranges{{0, 1, 4}, {4, 0, 1}}));
}

TEST(Users, TheLowestFreeIdsAreTaken) {
  const Ranges pool = {{0, 1000, 100}};
  EXPECT_EQ(find_free_ids(pool, {}, 100), 1000u);
  EXPECT_EQ(find_free_ids(pool, {}, 101), std::nullopt);
  EXPECT_EQ(find_free_ids(pool, {{0, 1000, 10}}, 10), 1010u);
  EXPECT_EQ(find_free_ids(pool, {{0, 1050, 50}, {0, 1000, 10}}, 40), 1010u);
  EXPECT_EQ(find_free_ids(pool, {{0, 1050, 50}, {0, 1000, 10}}, 41), std::nullopt);
  EXPECT_EQ(find_free_ids(pool, {{0, 990, 20}}, 1), 1010u);
}

TEST(Users, SeveralRangesAreOnePool) {
  const Ranges pool = {{0, 1000, 10}, {0, 5000, 20}};
  EXPECT_EQ(find_free_ids(pool, {}, 20), 5000u);
  EXPECT_EQ(find_free_ids(pool, {{0, 5000, 20}}, 10), 1000u);
  EXPECT_EQ(find_free_ids({{0, 4294967200u, 95}}, {}, 95), 4294967200u);
}

}  // namespace
}  // namespace masu::manager
