// SPDX-License-Identifier: Apache-2.0
#include "quantities.h"

#include <gtest/gtest.h>

namespace masu::runtime {
namespace {

TEST(ParseSize, Units) {
  const std::pair<const char*, std::int64_t> cases[] = {{"0", 0},
                                                        {"512", 512},
                                                        {"512b", 512},
                                                        {"32k", 32 << 10},
                                                        {"32K", 32 << 10},
                                                        {"32kB", 32 << 10},
                                                        {"32KiB", 32 << 10},
                                                        {"64M", 64 << 20},
                                                        {"64 mb", 64 << 20},
                                                        {"1.5k", 1536},
                                                        {"0.5M", 512 << 10},
                                                        {"2g", std::int64_t{2} << 30},
                                                        {"3T", std::int64_t{3} << 40},
                                                        {"1p", std::int64_t{1} << 50},
                                                        {"1.000000001g", (std::int64_t{1} << 30) + 1},
                                                        {"9223372036854775807", 9223372036854775807}};
  for (const auto& [text, bytes] : cases) EXPECT_EQ(parse_size(text), bytes) << text;
}

TEST(ParseSize, RefusesTheRest) {
  for (const char* text : {"",
                           "k",
                           "-1",
                           "+1",
                           "5x",
                           "1kk",
                           "1.k",
                           ".5k",
                           "1..5",
                           "1.2.3",
                           "1  k",
                           "0x10",
                           "1e3",
                           "9223372036854775808",
                           "8192p",
                           "18446744073709551616",
                           "1.0000000001g",
                           " 1",
                           "1kib ",
                           "1ki"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(ParseDuration, Units) {
  using std::chrono::nanoseconds;
  const std::pair<const char*, std::int64_t> cases[] = {{"0", 0},
                                                        {"0s", 0},
                                                        {"7ns", 7},
                                                        {"7us", 7'000},
                                                        {"7µs", 7'000},
                                                        {"100ms", 100'000'000},
                                                        {"5s", 5'000'000'000},
                                                        {"1.5s", 1'500'000'000},
                                                        {"1m30s", 90'000'000'000},
                                                        {"1h0.5m", 3'630'000'000'000}};
  for (const auto& [text, ns] : cases) EXPECT_EQ(parse_duration(text), nanoseconds(ns)) << text;
}

TEST(ParseDuration, RefusesTheRest) {
  for (const char* text :
       {"", "5", "s", "-5s", "5 s", "5S", "5sm", "1m30", "1.s", "3000000h", "9223372036854775808ns"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

}  // namespace
}  // namespace masu::runtime
