// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace masu::dbus {
namespace {

using namespace std::string_literals;

void expect(const char* text, const Value& value) {
  const auto parsed = parse_value(text);
  ASSERT_TRUE(parsed) << text << ": " << parsed.error().message();
  EXPECT_EQ(parsed->signature(), value.signature()) << text;
  EXPECT_EQ(*parsed, value) << text;
}

TEST(Text, Basic) {
  expect("true", Value::boolean(true));
  expect(" false ", Value::boolean(false));
  expect("5", Value::number('i', 5));
  expect("-5", Value::number('i', static_cast<std::uint64_t>(-5)));
  expect("uint64 18446744073709551615", Value::uint64(~std::uint64_t{0}));
  expect("@t 7", Value::uint64(7));
  expect("int64 -9223372036854775808", Value::number('x', std::uint64_t{1} << 63));
  expect("byte 0xff", Value::number('y', 255));
  expect("int16 -32768", Value::number('n', static_cast<std::uint64_t>(-32768)));
  expect("uint16 017", Value::number('q', 15));
  expect("uint32 0", Value::uint32(0));
  expect("1.5", Value::real(1.5));
  expect("-2e3", Value::real(-2000));
  expect("double 3", Value::real(3));
  expect("objectpath '/a'", Value::object_path("/a"));
  expect("signature 'as'", Value::type_signature("as"));
}

TEST(Text, Infinite) {
  EXPECT_EQ(parse_value("inf").value().real(), HUGE_VAL);
  EXPECT_EQ(parse_value("-inf").value().real(), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(parse_value("nan").value().real()));
}

TEST(Text, Strings) {
  expect("'a b'", Value::string("a b"));
  expect("\"it's\"", Value::string("it's"));
  expect(R"('\'\\\n\t\q')", Value::string("'\\\n\tq"));
  expect(R"('\u00fc\U0001f980')", Value::string("ü🦀"));
  expect("'a\\\nb'", Value::string("ab"));
  expect("b'a\\001'", Value::bytes("a\1\0"s));
}

TEST(Text, Containers) {
  expect("['a', 'b']", Value::array("s", {Value::string("a"), Value::string("b")}));
  expect("[1, uint64 2]", Value::array("t", {Value::uint64(1), Value::uint64(2)}));
  expect("[1, 2.5]", Value::array("d", {Value::real(1), Value::real(2.5)}));
  expect("@as []", Value::array("s", {}));
  expect("@ay [1, 2]", Value::bytes("\1\2"));
  expect("[byte 1]", Value::bytes("\1"));
  expect("[['a'], @as []]",
         Value::array("as", {Value::array("s", {Value::string("a")}), Value::array("s", {})}));
  expect("(1, 'x')", Value::structure({Value::number('i', 1), Value::string("x")}));
  expect("('x',)", Value::structure({Value::string("x")}));
  expect("<1>", Value::variant(Value::number('i', 1)));
  expect("{'a': <true>}",
         Value::array("{sv}", {Value::entry(Value::string("a"), Value::variant(Value::boolean(true)))}));
  expect("@a{su} {}", Value::array("{su}", {}));
  expect("@a(st) [('/dev/sda', 5)]",
         Value::array("(st)", {Value::structure({Value::string("/dev/sda"), Value::uint64(5)})}));
}

TEST(Text, Refused) {
  for (const char* bad : {"",
                          " ",
                          "abc",
                          "'abc",
                          "\"",
                          "1 2",
                          "uint64",
                          "uint64 'a'",
                          "uint64 -1",
                          "byte 256",
                          "2147483648",
                          "--1",
                          "0x",
                          "1x",
                          "1.2.3",
                          "[1, 'a']",
                          "[",
                          "[1",
                          "[1 2]",
                          "[]",
                          "()",
                          "(1",
                          "<>",
                          "<1",
                          "<1, 2>",
                          "{",
                          "{1}",
                          "{'a' 1}",
                          "{}",
                          "@",
                          "@z 1",
                          "@u uint64 1",
                          "@s 1",
                          "true 'x'",
                          "nothing",
                          "just 1",
                          "handle 0",
                          "objectpath 'x'",
                          "signature 'a'",
                          "'\\u12'",
                          "'\\ud800'",
                          "b'\\777'",
                          "'\xff'",
                          "{[1]: 2}",
                          "{<1>: 2}",
                          "@(ss) ('a',)",
                          "@(s) ('a', 'b')",
                          "08"})
    EXPECT_FALSE(parse_value(bad)) << bad;
  EXPECT_FALSE(parse_value(std::string(1000, '[')));
  EXPECT_FALSE(parse_value(std::string(1000, '<')));
}

TEST(Text, SaysWhereAndWhat) {
  EXPECT_EQ(parse_value("['a' 'b']").error().message(), "value '['a' 'b']' at byte 5: expected ',' or ']'");
  EXPECT_EQ(parse_value("5000000000").error().hint_text(), "say a greater type before it: uint64 N");
  EXPECT_NE(parse_value("uint64 'a'").error().message().find("a text stands where type 't' is wanted"),
            std::string::npos);
}

}  // namespace
}  // namespace masu::dbus
