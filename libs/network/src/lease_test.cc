// SPDX-License-Identifier: Apache-2.0
#include "lease.h"

#include "test_folders.h"

#include <set>
#include <thread>

namespace masu::network {
namespace {

using Lease = InFolders;

Network small() {
  Network out;
  out.name = "small";
  out.segments = {{.subnet = *Subnet::parse("10.5.0.0/29"),
                   .gateway = Address::parse("10.5.0.1"),
                   .first = {},
                   .last = {}}};
  return out;
}

TEST_F(Lease, AllAddressesAndThenNone) {
  std::set<std::string> given;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    const auto taken = take_addresses(folders, small(), id, {});
    ASSERT_TRUE(taken) << taken.error().message();
    given.insert(taken->front().text());
  }
  EXPECT_EQ(given, (std::set<std::string>{"10.5.0.2", "10.5.0.3", "10.5.0.4", "10.5.0.5", "10.5.0.6"}));
  EXPECT_EQ(take_addresses(folders, small(), "f", {}).error().kind(), Kind::exists);
  ASSERT_TRUE(give_back(folders, "small", "c"));
  EXPECT_EQ(take_addresses(folders, small(), "f", {})->front().text(), "10.5.0.4");
}

TEST_F(Lease, IsNotGivenAnewAtOnce) {
  const auto first = take_addresses(folders, small(), "a", {});
  ASSERT_TRUE(give_back(folders, "small", "a"));
  EXPECT_NE(take_addresses(folders, small(), "b", {})->front(), first->front());
}

TEST_F(Lease, AnAddressThatIsAskedFor) {
  EXPECT_EQ(take_addresses(folders, small(), "a", {*Address::parse("10.5.0.5")})->front().text(), "10.5.0.5");
  EXPECT_EQ(take_addresses(folders, small(), "b", {*Address::parse("10.5.0.5")}).error().kind(),
            Kind::exists);
  for (const char* wrong : {"10.5.0.1", "10.5.0.0", "10.5.0.7", "10.6.0.2", "fd00::1"})
    EXPECT_EQ(take_addresses(folders, small(), "b", {*Address::parse(wrong)}).error().kind(), Kind::usage)
        << wrong;
}

TEST_F(Lease, ARangeIsKept) {
  Network network = small();
  network.segments[0].first = Address::parse("10.5.0.4");
  network.segments[0].last = Address::parse("10.5.0.5");
  EXPECT_EQ(take_addresses(folders, network, "a", {})->front().text(), "10.5.0.4");
  EXPECT_EQ(take_addresses(folders, network, "b", {})->front().text(), "10.5.0.5");
  EXPECT_FALSE(take_addresses(folders, network, "c", {}));
}

TEST_F(Lease, ManyAtOnceGetDifferentOnes) {
  Network network = small();
  network.segments[0].subnet = *Subnet::parse("10.5.0.0/24");
  std::vector<std::thread> threads;
  std::vector<std::string> got(16);
  for (std::size_t i = 0; i < got.size(); ++i)
    threads.emplace_back([&, i] {
      const auto taken = take_addresses(folders, network, std::to_string(i), {});
      if (taken) got[i] = taken->front().text();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(got.begin(), got.end()).size(), got.size());
}

}  // namespace
}  // namespace masu::network
