// SPDX-License-Identifier: Apache-2.0
#include "masu/network/address.h"

#include <gtest/gtest.h>

namespace masu::network {
namespace {

TEST(Address, IsReadAndWritten) {
  for (const char* text : {"10.0.0.1", "0.0.0.0", "255.255.255.255", "fd00::1", "::", "::1"}) {
    ASSERT_TRUE(Address::parse(text)) << text;
    EXPECT_EQ(Address::parse(text)->text(), text);
  }
  for (const char* text : {"", "10.0.0", "10.0.0.256", "10.0.0.1/8", "fd00::1::", "host", "1.2.3.4 "})
    EXPECT_FALSE(Address::parse(text)) << text;
}

TEST(Address, NextCarries) {
  EXPECT_EQ(Address::parse("10.0.0.255")->next().text(), "10.0.1.0");
  EXPECT_EQ(Address::parse("255.255.255.255")->next().text(), "0.0.0.0");
  EXPECT_EQ(Address::parse("fd00::ffff")->next().text(), "fd00::1:0");
}

TEST(Subnet, HasNoBitsBehindThePrefix) {
  EXPECT_EQ(Subnet::parse("10.1.2.3/16")->text(), "10.1.0.0/16");
  EXPECT_EQ(Subnet::parse("fd00:1::5/64")->text(), "fd00:1::/64");
  EXPECT_EQ(Subnet::parse("10.1.2.3/16")->last().text(), "10.1.255.255");
  for (const char* text : {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "fd00::/129", "/8"})
    EXPECT_FALSE(Subnet::parse(text)) << text;
}

TEST(Subnet, ContainsAndOverlaps) {
  const Subnet wide = *Subnet::parse("10.0.0.0/8"), narrow = *Subnet::parse("10.5.0.0/24");
  EXPECT_TRUE(wide.overlaps(narrow));
  EXPECT_TRUE(narrow.overlaps(wide));
  EXPECT_FALSE(narrow.overlaps(*Subnet::parse("10.5.1.0/24")));
  EXPECT_FALSE(wide.contains(*Address::parse("::")));
}

}  // namespace
}  // namespace masu::network
