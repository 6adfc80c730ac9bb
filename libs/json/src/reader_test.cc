// SPDX-License-Identifier: Apache-2.0
#include "masu/json/reader.h"

#include "masu/base/try.h"

#include <gtest/gtest.h>

namespace masu::json {

struct Limits {
  std::optional<std::int64_t> soft;
  std::uint8_t hard = 0;
  std::vector<std::string> names;
};

static Result<> read(Reader in, Limits& out) {
  TRY(in.optional("soft", out.soft));
  TRY(in.require("hard", out.hard));
  return in.optional("names", out.names);
}

namespace {

template <class T>
Result<T> read_as(std::string_view text) {
  const Document document = TRY(Document::parse(text));
  Result<T> out;
  TRY(read(Reader(document), *out));
  return out;
}

template <class T>
std::string refusal(std::string_view text) {
  const auto value = read_as<T>(text);
  return value ? "accepted" : value.error().message();
}

TEST(Reader, ReadsIntegersExactly) {
  EXPECT_EQ(read_as<std::uint64_t>("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(read_as<std::int64_t>("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(read_as<std::int64_t>("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(read_as<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(read_as<std::uint32_t>("-0"), 0u);
  EXPECT_EQ(read_as<int>("-0"), 0);
}

TEST(Reader, RefusesIntegersOutOfRange) {
  EXPECT_EQ(refusal<std::uint16_t>("65536"), "65536 is not between 0 and 65535");
  EXPECT_EQ(refusal<std::uint32_t>("-1"), "-1 is not between 0 and 4294967295");
  EXPECT_EQ(refusal<std::int64_t>("9223372036854775808"),
            "9223372036854775808 is not between -9223372036854775808 and 9223372036854775807");
  EXPECT_EQ(refusal<std::uint64_t>("18446744073709551616"),
            "18446744073709551616 is not between 0 and 18446744073709551615");
}

TEST(Reader, RefusesOtherNumbersForIntegers) {
  EXPECT_EQ(refusal<int>("1.0"), "expected an integer, found 1.0");
  EXPECT_EQ(refusal<std::uint64_t>("1e3"), "expected an integer, found 1e3");
}

TEST(Reader, RefusesOtherTypes) {
  EXPECT_EQ(refusal<int>("\"5\""), "expected an integer, found a string");
  EXPECT_EQ(refusal<bool>("1"), "expected true or false, found 1");
  EXPECT_EQ(refusal<std::string>("5"), "expected a string, found 5");
  EXPECT_EQ(refusal<std::vector<int>>("{}"), "expected an array, found an object");
  EXPECT_EQ(refusal<Limits>("[]"), "expected an object, found an array");
  EXPECT_EQ((refusal<std::map<std::string, int>>("[]")), "expected an object, found an array");
}

TEST(Reader, NamesThePath) {
  EXPECT_EQ(
      (refusal<std::map<std::string, Limits>>(R"({"a":{"hard":1},"b.c":{"hard":1,"names":["x",null]}})")),
      R"(["b.c"].names[1]: expected a string, found null)");
  EXPECT_EQ(refusal<std::vector<Limits>>(R"([{"hard":1},{"hard":256}])"),
            "[1].hard: 256 is not between 0 and 255");
}

TEST(Reader, NamesThePathOfAMissingMember) {
  EXPECT_EQ(refusal<Limits>("{}"), "hard: must be given");
  EXPECT_EQ(refusal<std::vector<Limits>>("[{}]"), "[0].hard: must be given");
}

TEST(Reader, NullIsAbsent) {
  const auto limits = read_as<Limits>(R"({"soft":null,"hard":1,"names":null})");
  ASSERT_TRUE(limits);
  EXPECT_FALSE(limits->soft);
  EXPECT_EQ(refusal<Limits>(R"({"hard":null})"), "hard: must be given");
}

TEST(Reader, IgnoresUnknownMembers) { EXPECT_EQ(read_as<Limits>(R"({"x":{"y":[]},"hard":1})")->hard, 1); }

TEST(Reader, TheLastOfDuplicateMembersWins) {
  EXPECT_EQ(read_as<Limits>(R"({"hard":1,"hard":2})")->hard, 2);
  EXPECT_EQ((*read_as<std::map<std::string, int>>(R"({"a":1,"a":2})"))["a"], 2);
}

TEST(Reader, RefusesNulInStringsAndKeys) {
  EXPECT_EQ(refusal<std::string>(R"("a\u0000b")"), "a NUL character in the string");
  EXPECT_NE(
      (refusal<std::map<std::string, int>>(R"({"a\u0000b":1})")).find("a NUL character in the member's name"),
      std::string::npos);
}

TEST(Reader, ErrorsAreOfTheSpecsKind) {
  const auto limits = read_as<Limits>(R"({"hard":-1})");
  ASSERT_FALSE(limits);
  EXPECT_EQ(limits.error().kind(), Kind::invalid_spec);
  EXPECT_EQ(limits.error().path(), "hard");
}

}  // namespace
}  // namespace masu::json
