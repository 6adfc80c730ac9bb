// SPDX-License-Identifier: Apache-2.0
#include "masu/network/port.h"

#include "masu/base/text.h"

#include <gtest/gtest.h>

namespace masu::network {
namespace {

Port one(std::string_view text) {
  auto ports = parse_publish(text);
  EXPECT_TRUE(ports && ports->size() == 1) << text;
  return ports && !ports->empty() ? ports->front() : Port{};
}

TEST(Publish, AllForms) {
  EXPECT_EQ(one("80"), (Port{"", 0, 0, 80, "tcp"}));
  EXPECT_EQ(one("80/UDP"), (Port{"", 0, 0, 80, "udp"}));
  EXPECT_EQ(one("8080:80"), (Port{"", 8080, 8080, 80, "tcp"}));
  EXPECT_EQ(one("8080-8090:80"), (Port{"", 8080, 8090, 80, "tcp"}));
  EXPECT_EQ(one("127.0.0.1:8080:80/sctp"), (Port{"127.0.0.1", 8080, 8080, 80, "sctp"}));
  EXPECT_EQ(one("127.0.0.1::80"), (Port{"127.0.0.1", 0, 0, 80, "tcp"}));
  EXPECT_EQ(one("[::1]:8080:80"), (Port{"::1", 8080, 8080, 80, "tcp"}));
  EXPECT_EQ(one("[::]::80"), (Port{"::", 0, 0, 80, "tcp"}));
}

TEST(Publish, Ranges) {
  const auto ports = parse_publish("2000-2002:3000-3002/udp");
  ASSERT_TRUE(ports);
  ASSERT_EQ(ports->size(), 3U);
  EXPECT_EQ(ports->back(), (Port{"", 2002, 2002, 3002, "udp"}));
  EXPECT_EQ(parse_publish("3000-3002")->size(), 3U);
}

TEST(Publish, RefusesWithTheWholeText) {
  for (const char* text :
       {"",        ":",           "0",          "65536",   "80:0",  "x",          "80:x",
        "90-80",   "1-2:1-3",     "1-3:1-2",    "80/icmp", "80/",   "::1:80:80",  "[::1:80",
        "[::1]80", "1.2.3:80:80", "host:80:80", "1-1000",  "-1:80", "80:80:80:80"}) {
    const auto ports = parse_publish(text);
    ASSERT_FALSE(ports) << text;
    EXPECT_EQ(ports.error().kind(), Kind::usage) << text;
    EXPECT_NE(ports.error().message().find(cat("invalid port ", quote(text))), std::string::npos) << text;
  }
}

TEST(Expose, PortsAndRanges) {
  EXPECT_EQ(*parse_expose("80"), std::vector<std::string>{"80/tcp"});
  EXPECT_EQ(*parse_expose("80-81/udp"), (std::vector<std::string>{"80/udp", "81/udp"}));
  EXPECT_FALSE(parse_expose("8080:80"));
}

TEST(Shown, NeighboursAreARange) {
  std::vector<Port> ports = *parse_publish("2000-2002:3000-3002");
  EXPECT_EQ(shown_ports(ports), "0.0.0.0:2000-2002->3000-3002/tcp");
  ports.push_back({"::1", 53, 53, 53, "udp"});
  EXPECT_EQ(shown_ports(ports), "0.0.0.0:2000-2002->3000-3002/tcp, [::1]:53->53/udp");
  EXPECT_EQ(shown_ports({}), "");
}

TEST(Reserve, FindsFreePortsAndNamesThoseInUse) {
  std::vector<Port> ports = {{"127.0.0.1", 0, 0, 80, "tcp"}, {"127.0.0.1", 0, 0, 53, "udp"}};
  const auto held = reserve(ports);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->size(), 2U);
  ASSERT_NE(ports[0].host_port, 0);
  ASSERT_NE(ports[1].host_port, 0);
  for (const Port& port : ports) {
    std::vector<Port> again = {port};
    const auto refused = reserve(again);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), Kind::exists);
    EXPECT_NE(refused.error().message().find(shown_host_side(port)), std::string::npos);
  }
  if (ports[0].host_port < 65530) {  // of a range the next is taken
    std::vector<Port> range = {ports[0]};
    range[0].host_last = static_cast<std::uint16_t>(ports[0].host_port + 5);
    ASSERT_TRUE(reserve(range));
    EXPECT_GT(range[0].host_port, ports[0].host_port);
  }
}

TEST(Reserve, AnAddressThatIsNotHere) {
  std::vector<Port> ports = {{"198.51.100.1", 0, 0, 80, "tcp"}};
  const auto refused = reserve(ports);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().hint_text().find("no address of this host"), std::string::npos);
}

}  // namespace
}  // namespace masu::network
