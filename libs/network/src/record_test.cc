// SPDX-License-Identifier: Apache-2.0
#include "masu/network/record.h"

#include "test_folders.h"

namespace masu::network {
namespace {

using Recorded = InFolders;

TEST_F(Recorded, IsWrittenAndRead) {
  Record record{.id = "id1", .name = "web", .mode = "bridge"};
  Joined joined;
  joined.network.name = "one";
  joined.network.id = "abc";
  joined.interface = "eth0";
  joined.mac = "02:00:00:00:00:01";
  joined.addresses = {"10.5.0.2/24"};
  joined.aliases = {"db"};
  record.joined = {joined};
  record.ports = {{"127.0.0.1", 8080, 8080, 80, "tcp"}};
  record.dns = {"10.5.0.1"};
  record.helper = 42;
  record.helper_started = 77;
  ASSERT_TRUE(write_record(folders, record));
  const auto found = read_record(folders, "id1");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(to_json(**found), to_json(record));
  EXPECT_EQ(*recorded(folders), std::vector<std::string>{"id1"});
}

TEST_F(Recorded, NoneIsNoError) {
  const auto none = read_record(folders, "id1");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
  EXPECT_TRUE(recorded(folders)->empty());
}

TEST(Records, DamagedOnesAreRefused) {
  for (const char* text : {"", "{}", "[]", R"({"id":"a"})", R"({"id":"a","mode":"bridge","joined":[{}]})"})
    EXPECT_FALSE(parse_record(text)) << text;
}

}  // namespace
}  // namespace masu::network
