// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/files.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

TEST(Files, SingleValue) {
  EXPECT_EQ(*parse_single_value("4096\n"), 4096u);
  EXPECT_EQ(*parse_single_value("max\n"), kMax);
  EXPECT_EQ(*parse_single_value("-1\n"), kMax);
  for (const char* bad : {"", "\n", "12x", "1 2", "-2", "18446744073709551616"})
    EXPECT_FALSE(parse_single_value(bad)) << bad;
}

TEST(Files, FlatKeyed) {
  const char* text = "low 0\nhigh 2\noom_kill 3\noom max\n";
  EXPECT_EQ(find_flat(text, "oom_kill"), 3u);
  EXPECT_EQ(find_flat(text, "oom"), kMax) << "a key that begins another one";
  EXPECT_EQ(find_flat(text, "oom_group_kill"), std::nullopt);
  EXPECT_EQ(find_flat("", "oom"), std::nullopt);
  const auto pairs = parse_flat_keyed(text);
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 4u);
  EXPECT_EQ((*pairs)[1].first, "high");
  EXPECT_EQ((*pairs)[1].second, 2u);
  for (const char* bad : {"x\n", " 1\n", "a b\n", "\n"}) EXPECT_FALSE(parse_flat_keyed(bad)) << bad;
}

TEST(Files, NestedKeyed) {
  const auto lines = parse_nested_keyed("8:16 rbps=2097152 wbps=max \n8:0 riops=120\n");
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 2u);
  EXPECT_EQ((*lines)[0].key, "8:16");
  EXPECT_EQ((*lines)[0].find("rbps"), 2097152u);
  EXPECT_EQ((*lines)[0].find("wbps"), kMax);
  EXPECT_EQ((*lines)[0].find("riops"), std::nullopt);
  EXPECT_EQ((*lines)[1].find("riops"), 120u);
  for (const char* bad : {"\n", "8:0 x\n", "8:0 =1\n"}) EXPECT_FALSE(parse_nested_keyed(bad)) << bad;
}

TEST(Files, Pids) {
  EXPECT_EQ(*parse_pids("1\n0\n4194304\n"), (std::vector<pid_t>{1, 0, 4194304}));
  EXPECT_TRUE(parse_pids("")->empty());
  for (const char* bad : {"-1\n", "x\n", "1\n\n", "99999999999\n"}) EXPECT_FALSE(parse_pids(bad)) << bad;
}

TEST(Files, DeviceNumbers) {
  EXPECT_EQ(parse_device_number("8:16")->major, 8u);
  EXPECT_EQ(parse_device_number("8:16")->minor, 16u);
  for (const char* bad : {"", "8", "8:", ":1", "-1:0", "8:1:2"})
    EXPECT_FALSE(parse_device_number(bad)) << bad;
}

TEST(Files, NumberLists) {
  EXPECT_EQ(*parse_number_list("0-2,8\n"), (std::vector<std::uint16_t>{0, 1, 2, 8}));
  EXPECT_EQ(parse_number_list("0-65535")->size(), 65536u);
  EXPECT_TRUE(parse_number_list("\n")->empty());
  for (const char* bad : {"x", "1-", "-1", "2-1", "1,,2", "65536", "1-2-3", "1,"})
    EXPECT_FALSE(parse_number_list(bad)) << bad;
}

TEST(Files, Pressures) {
  const auto pressure = parse_pressure("some avg10=12.34 avg60=0.05 avg300=100.00 total=99\n");
  ASSERT_TRUE(pressure);
  EXPECT_EQ(pressure->some, (Pressure::Line{.avg10 = 1234, .avg60 = 5, .avg300 = 10000, .total = 99}));
  EXPECT_EQ(pressure->full, Pressure::Line{}) << "cpu had no such line once";
  for (const char* bad : {"some avg10=1 avg60=0.00 avg300=0.00 total=1\n", "some avg10=0.00 total=1\n",
                          "some avg10=0.0x avg60=0.00 avg300=0.00 total=1\n", "some\n", "some avg10\n"})
    EXPECT_FALSE(parse_pressure(bad)) << bad;
}

TEST(Files, BlockEntries) {
  const auto entries = parse_block_entries("8:0 Read 4096\n254:3 17\nTotal 4096\n");
  ASSERT_TRUE(entries);
  EXPECT_EQ(*entries, (std::vector<BlockEntry>{{8, 0, "Read", 4096}, {254, 3, "", 17}}));
  for (const char* bad : {"8:0\n", "8:0 Read\n", "sda Read 1\n", "8:0 Read 1 2\n", "\n"})
    EXPECT_FALSE(parse_block_entries(bad)) << bad;
}

TEST(Files, OwnCgroups) {
  const auto cgroups = parse_own_cgroups("4:memory:/a:b\n3:cpu,cpuacct:/\n1:name=systemd:/x\n0::/../y\n");
  ASSERT_TRUE(cgroups);
  ASSERT_EQ(cgroups->size(), 4u);
  EXPECT_EQ((*cgroups)[0].path, "/a:b");
  EXPECT_EQ((*cgroups)[1].controllers, "cpu,cpuacct");
  EXPECT_EQ((*cgroups)[2].controllers, "name=systemd");
  EXPECT_EQ((*cgroups)[3].controllers, "");
  EXPECT_EQ((*cgroups)[3].path, "/../y");
  for (const char* bad : {"x\n", "1:cpu\n", "a:cpu:/\n", "1:cpu:x\n"})
    EXPECT_FALSE(parse_own_cgroups(bad)) << bad;
}

}  // namespace
}  // namespace masu::cgroups
