// SPDX-License-Identifier: Apache-2.0
#include "processes.h"

#include "live.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace masu::manager {
namespace {

TEST(ProcessesTest, SpansAsGoWritesThem) {
  EXPECT_EQ(go_span(0), "0s");
  EXPECT_EQ(go_span(20), "0.02s");
  EXPECT_EQ(go_span(61'500), "1m1.5s");
  EXPECT_EQ(go_span(3'600'000), "1h0m0s");
}

TEST(ProcessesTest, IdsOfAUserNamespace) {
  constexpr std::string_view kMap = "         0       1000          1\n         1     100000      65536\n";
  EXPECT_EQ(id_within(kMap, 1000), 0U);
  EXPECT_EQ(id_within(kMap, 100009), 10U);
  EXPECT_EQ(id_within(kMap, 0), 65534U);
  EXPECT_EQ(id_within("", 7), 7U);
}

TEST(ProcessesTest, OurOwn) {
  const auto processes = describe_processes({getpid(), 0x7ffffffe}, "hpid,comm,state,args,rss");
  ASSERT_TRUE(processes);
  ASSERT_EQ(processes->rows.size(), 1U);  // the other is not there
  EXPECT_EQ(processes->headings, (std::vector<std::string>{"HPID", "COMMAND", "STATE", "COMMAND", "RSS"}));
  EXPECT_EQ(processes->rows[0][0], std::to_string(getpid()));
  EXPECT_EQ(processes->rows[0][2], "R");
  EXPECT_EQ(describe_processes({}, "nonsense").error().kind(), Kind::usage);
}

TEST(LiveTest, BytesOfAllButTheLoopback) {
  constexpr std::string_view kText =
      "Inter-|   Receive\n face |bytes\n    lo: 100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n"
      "  eth0: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n  eth1:5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0\n  bad: 1\n";
  EXPECT_EQ(network_bytes(kText), (std::pair<std::uint64_t, std::uint64_t>{15, 26}));
  EXPECT_EQ(network_bytes(""), (std::pair<std::uint64_t, std::uint64_t>{0, 0}));
}

}  // namespace
}  // namespace masu::manager
