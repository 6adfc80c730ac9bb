// SPDX-License-Identifier: Apache-2.0
#include "masu/network/definition.h"

#include "test_folders.h"

namespace masu::network {
namespace {

using Definition = InFolders;

Network named(std::string name) {
  Network out;
  out.name = std::move(name);
  return out;
}

TEST_F(Definition, IsKeptAndFoundAgain) {
  Network asked = named("one");
  asked.ipv6 = true;
  asked.options = {{"mtu", "1400"}};
  asked.labels = {{"a", "b"}};
  const auto made = create(folders, asked);
  ASSERT_TRUE(made) << made.error().message();
  ASSERT_EQ(made->segments.size(), 2U);
  EXPECT_FALSE(made->segments[0].subnet.base.v6);
  EXPECT_EQ(made->segments[0].gateway, made->segments[0].subnet.base.next());
  EXPECT_TRUE(made->segments[1].subnet.base.v6);
  for (const std::string& text : {std::string("one"), made->id, made->id.substr(0, 12)}) {
    const auto found = find(folders, text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(to_json(*found), to_json(*made));
  }
  EXPECT_EQ(create(folders, named("one")).error().kind(), Kind::exists);
  ASSERT_TRUE(remove(folders, *made));
  EXPECT_EQ(find(folders, "one").error().kind(), Kind::not_found);
}

TEST_F(Definition, TheDefaultIsMadeWhenItIsAskedFor) {
  EXPECT_TRUE(list(folders)->empty());
  const auto found = find(folders, kDefaultNetwork);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->segments[0].subnet.prefix, 16U);
  EXPECT_EQ(list(folders)->size(), 1U);
}

TEST_F(Definition, SubnetsAndInterfacesDiffer) {
  const auto one = create(folders, named("one")), two = create(folders, named("two"));
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(one->segments[0].subnet.overlaps(two->segments[0].subnet));
  EXPECT_NE(one->interface, two->interface);
  Network same = named("three");
  same.segments = {{.subnet = one->segments[0].subnet, .gateway = {}, .first = {}, .last = {}}};
  const auto refused = create(folders, same);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("of network one"), std::string::npos);
}

TEST_F(Definition, RefusesWhatContradictsItself) {
  for (const char* name : {"", "-a", "a/b", "..", "host", "none", "container", "bridge"})
    EXPECT_EQ(create(folders, named(name)).error().kind(), Kind::usage) << name;
  Network outside = named("x");
  outside.segments = {{.subnet = *Subnet::parse("10.5.0.0/24"),
                       .gateway = Address::parse("10.6.0.1"),
                       .first = {},
                       .last = {}}};
  EXPECT_EQ(create(folders, outside).error().kind(), Kind::usage);
  outside.segments = {{.subnet = *Subnet::parse("10.5.0.0/31"), .gateway = {}, .first = {}, .last = {}}};
  EXPECT_EQ(create(folders, outside).error().kind(), Kind::usage);
  EXPECT_TRUE(list(folders)->empty());
}

TEST(Routes, AreReadAndAvoided) {
  const auto routes = parse_routes(
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "br0\t00005A0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n");
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_EQ(routes[0].text(), "10.90.0.0/16");
  EXPECT_EQ(free_subnet(*Subnet::parse("10.90.0.0/16"), 16, routes)->text(), "10.91.0.0/16");
  EXPECT_EQ(free_subnet(*Subnet::parse("10.91.0.0/24"), 24, routes)->text(), "10.91.0.0/24");
  EXPECT_FALSE(free_subnet(*Subnet::parse("10.91.0.0/24"), 24, {*Subnet::parse("0.0.0.0/0")}));
}

}  // namespace
}  // namespace masu::network
