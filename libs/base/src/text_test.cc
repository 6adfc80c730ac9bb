// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"

#include <gtest/gtest.h>

#include <climits>

namespace masu::text {
namespace {

TEST(Cat, JoinsPiecesOfAllKinds) {
  EXPECT_EQ(cat(), "");
  EXPECT_EQ(cat("a", std::string("b"), std::string_view("c"), 1, -2L, 3u), "abc1-23");
  EXPECT_EQ(cat(INT64_MIN, " ", UINT64_MAX), "-9223372036854775808 18446744073709551615");
}

TEST(ParseInt, TakesNumbersUpToTheirLimits) {
  EXPECT_EQ(parse_int<std::int64_t>("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parse_int<std::int64_t>("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_int<std::int64_t>("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_int<std::uint64_t>("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_int<std::uint64_t>("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_int<std::uint8_t>("256"), std::nullopt);
  EXPECT_EQ(parse_int<unsigned>("-1"), std::nullopt);
  EXPECT_EQ(parse_int<int>("0755", 8), 0755);
}

TEST(ParseInt, RefusesAllElse) {
  for (const char* junk : {"", " 1", "1 ", "+1", "-", "0x1", "1a", "1.0", "1e3"})
    EXPECT_EQ(parse_int<int>(junk), std::nullopt) << junk;
}

TEST(Split, KeepsEmptyParts) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split("a:b", ':'), (Parts{"a", "b"}));
  EXPECT_EQ(split(":a::", ':'), (Parts{"", "a", "", ""}));
  EXPECT_EQ(split("", ':'), (Parts{""}));
}

TEST(Join, PutsTheSeparatorBetweenAll) {
  EXPECT_EQ(join({}, ","), "");
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({"", "a", ""}, ","), ",a,");
}

TEST(Trim, TakesSpaceOffBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(EqualsIgnoreCase, ComparesAscii) {
  EXPECT_TRUE(equals_ignore_case("SigTerm", "SIGTERM"));
  EXPECT_FALSE(equals_ignore_case("a", "ab"));
  EXPECT_FALSE(equals_ignore_case("@", "`"));  // 0x20 apart, no letters
}

TEST(Quote, EscapesAndCuts) {
  EXPECT_EQ(quote("a b"), "'a b'");
  EXPECT_EQ(quote(std::string_view("\n\x1b\0\x7f", 4)), "'\\x0a\\x1b\\x00\\x7f'");
  EXPECT_EQ(quote(std::string(256, 'x')), "'" + std::string(256, 'x') + "'");
  EXPECT_EQ(quote(std::string(257, 'x')), "'" + std::string(256, 'x') + "…'");
  EXPECT_EQ(quote(std::string(255, 'x') + "é!"), "'" + std::string(255, 'x') + "…'");  // no half character
}

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(Json, Escapes) {
  EXPECT_EQ(json("/a\"\\b"), "\"/a\\\"\\\\b\"");
  EXPECT_EQ(json(std::string_view("\n\r\t\x01\x1f\0", 6)), "\"\\n\\r\\t\\u0001\\u001f\\u0000\"");
  EXPECT_EQ(json("é 枡 😀"), "\"é 枡 😀\"");
}

TEST(Json, ReplacesInvalidUtf8) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(json("a\xff"
                 "b"),
            "\"a" + bad + "b\"");
  EXPECT_EQ(json("\xc0\xaf"), "\"" + bad + bad + "\"");                      // overlong '/'
  EXPECT_EQ(json("\xed\xa0\x80"), "\"" + bad + bad + bad + "\"");            // a surrogate
  EXPECT_EQ(json("\xf4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"");  // above U+10FFFF
  EXPECT_EQ(json("\xe6\x9e"), "\"" + bad + bad + "\"");                      // cut short
  EXPECT_EQ(json("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"");               // U+10FFFF itself
}

TEST(Rfc3339, KnowsTheCalendar) {
  EXPECT_EQ(rfc3339(0, 0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(rfc3339(-1, 999999999), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(rfc3339(951782400, 0), "2000-02-29T00:00:00.000000000Z");
  EXPECT_EQ(rfc3339(4107542399, 0), "2100-02-28T23:59:59.000000000Z");
  EXPECT_EQ(rfc3339(4107542400, 0), "2100-03-01T00:00:00.000000000Z");  // no leap year
  EXPECT_EQ(rfc3339(1709164800, 5), "2024-02-29T00:00:00.000000005Z");
  EXPECT_EQ(rfc3339(-2203891200, 0), "1900-03-01T00:00:00.000000000Z");
  EXPECT_EQ(rfc3339(-62167219200, 0), "0000-01-01T00:00:00.000000000Z");
  EXPECT_EQ(rfc3339(253402300799, 0), "9999-12-31T23:59:59.000000000Z");
}

}  // namespace
}  // namespace masu::text
