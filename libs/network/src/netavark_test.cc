// SPDX-License-Identifier: Apache-2.0
#include "helper.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"

#include <gtest/gtest.h>

namespace masu::network {
namespace {

Record two_networks() {
  Record record{.id = std::string(64, 'a'), .name = "web", .mode = "bridge"};
  for (const char* name : {"one", "two"}) {
    Joined joined;
    joined.network.name = joined.network.id = name;
    joined.interface = name == std::string("one") ? "eth0" : "eth1";
    joined.addresses = {"10.5.0.2/24"};
    record.joined.push_back(std::move(joined));
  }
  record.ports = {{"", 8080, 8080, 80, "tcp"}};
  return record;
}

TEST(Netavark, IsToldOfTheNetworksNamedAlone) {
  const auto document = json::Document::parse(netavark_request(two_networks(), {"two"}, {"192.0.2.1"}));
  ASSERT_TRUE(document);
  const json::Reader in(*document);
  EXPECT_FALSE(in.find("networks")->find("one"));
  EXPECT_FALSE(in.find("network_info")->find("one"));
  const auto two = in.find("networks")->find("two");
  ASSERT_TRUE(two);
  std::vector<std::string> ips, aliases, servers;
  ASSERT_TRUE(two->require("static_ips", ips));
  ASSERT_TRUE(two->require("aliases", aliases));
  ASSERT_TRUE(in.require("dns_servers", servers));
  EXPECT_EQ(ips, std::vector<std::string>{"10.5.0.2"});
  EXPECT_EQ(aliases, std::vector<std::string>{"aaaaaaaaaaaa"});
  EXPECT_EQ(servers, std::vector<std::string>{"192.0.2.1"});
}

TEST(Helper, ItsOutputAndItsCode) {
  const auto ran = run({"/bin/sh", "-c", "cat; echo sad >&2; exit 3"}, "given");
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->code, 3);
  EXPECT_EQ(ran->out, "given");
  EXPECT_EQ(ran->err, "sad\n");
  EXPECT_FALSE(run({"/no/such/program"}, ""));
}

TEST(Helper, IsFoundInThePathAndBesidePodman) {
  EXPECT_NE(find_helper("sh"), "");
  EXPECT_EQ(find_helper("no-such-helper"), "");
}

}  // namespace
}  // namespace masu::network
