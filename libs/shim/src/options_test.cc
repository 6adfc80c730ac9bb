// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/options.h"

#include <gtest/gtest.h>

namespace masu::shim {
namespace {

TEST(Options, Durations) {
  EXPECT_EQ(*parse_duration("10"), 10'000'000'000);
  EXPECT_EQ(*parse_duration("1m30s"), 90'000'000'000);
  EXPECT_EQ(*parse_duration("500ms"), 500'000'000);
  EXPECT_EQ(*parse_duration("0"), 0);
  for (const char* text : {"", "s", "-1", "1x", "1s2", "1.5s", "99999999999h"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Options, Sizes) {
  EXPECT_EQ(*parse_size("4096"), 4096u);
  EXPECT_EQ(*parse_size("64K"), 65536u);
  EXPECT_EQ(*parse_size("10m"), 10u << 20);
  for (const char* text : {"", "k", "1kb", "-1", "1x", "9999999999999t"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Options, Signals) {
  for (const char* text : {"TERM", "SIGTERM", "sigterm", "15"}) EXPECT_EQ(*parse_signal(text), 15) << text;
  EXPECT_EQ(*parse_signal("RTMIN+1"), 35);
  EXPECT_EQ(*parse_signal("SIGRTMAX-1"), 63);
  for (const char* text : {"", "0", "65", "TERMS", "RTMIN+99", "RTMIN-1", "-9"})
    EXPECT_FALSE(parse_signal(text)) << text;
  for (int number = 1; number <= 64; ++number) EXPECT_EQ(*parse_signal(signal_name(number)), number);
}

TEST(Options, Ids) {
  for (const char* id : {"a", "web-1", "A.b_c+d", "0"}) EXPECT_TRUE(check_id(id)) << id;
  for (const char* id : {"", ".", "..", "a/b", "-a", "a b", "\xc3\xa9"}) EXPECT_FALSE(check_id(id)) << id;
}

TEST(RestartPolicy, Decides) {
  const auto wants = [](const char* policy, int code, bool stopped, unsigned restarts) {
    return RestartPolicy::parse(policy)->wants(code, stopped, restarts);
  };
  EXPECT_FALSE(wants("no", 1, false, 0));
  EXPECT_TRUE(wants("on-failure", 1, false, 1000));
  EXPECT_FALSE(wants("on-failure", 0, false, 0));
  EXPECT_TRUE(wants("on-failure:2", 1, false, 1));
  EXPECT_FALSE(wants("on-failure:2", 1, false, 2));
  EXPECT_TRUE(wants("always", 0, false, 5));
  EXPECT_FALSE(wants("always", 1, true, 0));
  EXPECT_FALSE(wants("unless-stopped", 1, true, 0));
  for (const char* text : {"", "never", "on-failure:", "on-failure:0", "always:3"})
    EXPECT_FALSE(RestartPolicy::parse(text)) << text;
}

TEST(RestartPolicy, BacksOff) {
  EXPECT_EQ(restart_delay(0), 100'000'000);
  EXPECT_EQ(restart_delay(1), 200'000'000);
  EXPECT_EQ(restart_delay(9), 51'200'000'000);
  EXPECT_EQ(restart_delay(10), 60'000'000'000);
  EXPECT_EQ(restart_delay(4'000'000'000), 60'000'000'000);
}

}  // namespace
}  // namespace masu::shim
