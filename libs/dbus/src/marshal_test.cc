// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/marshal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace masu::dbus {
namespace {

using namespace std::string_literals;

/// "01 00" → two bytes.
std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 3)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

void expect_both_ways(const Values& values, const std::string& golden) {
  const auto encoded = encode(values);
  ASSERT_TRUE(encoded) << encoded.error().message();
  EXPECT_EQ(*encoded, golden);
  const auto decoded = decode(signature_of(values), golden);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(*decoded, values);
}

TEST(Marshal, BasicTypes) {
  expect_both_ways({Value::number('y', 7), Value::boolean(true)}, bytes("07 00 00 00 01 00 00 00"));
  expect_both_ways({Value::number('n', static_cast<std::uint64_t>(-2)), Value::number('q', 0xfffe)},
                   bytes("fe ff fe ff"));
  expect_both_ways({Value::number('i', static_cast<std::uint64_t>(-2)), Value::uint32(0xdeadbeef)},
                   bytes("fe ff ff ff ef be ad de"));
  expect_both_ways({Value::number('y', 1), Value::uint64(std::numeric_limits<std::uint64_t>::max())},
                   bytes("01 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff"));
  expect_both_ways({Value::number('x', static_cast<std::uint64_t>(-1)), Value::number('h', 3)},
                   bytes("ff ff ff ff ff ff ff ff 03 00 00 00"));
  expect_both_ways({Value::real(1.5)}, bytes("00 00 00 00 00 00 f8 3f"));
}

TEST(Marshal, TextTypes) {
  expect_both_ways({Value::string("foo")}, "\3\0\0\0foo\0"s);
  expect_both_ways({Value::string("")}, bytes("00 00 00 00 00"));
  expect_both_ways({Value::object_path("/a"), Value::type_signature("as")}, "\2\0\0\0/a\0\2as\0"s);
}

TEST(Marshal, Arrays) {
  expect_both_ways({Value::array("u", {Value::uint32(1), Value::uint32(2)})},
                   bytes("08 00 00 00 01 00 00 00 02 00 00 00"));
  // The padding before the first element is there in an empty array too, and is not counted.
  expect_both_ways({Value::array("t", {})}, bytes("00 00 00 00 00 00 00 00"));
  expect_both_ways({Value::array("t", {Value::uint64(5)})},
                   bytes("08 00 00 00 00 00 00 00 05 00 00 00 00 00 00 00"));
  expect_both_ways({Value::bytes("\1\2\3"s)}, bytes("03 00 00 00 01 02 03"));
  expect_both_ways({Value::array("as", {Value::array("s", {Value::string("a")}), Value::array("s", {})})},
                   "\x10\0\0\0\6\0\0\0\1\0\0\0a\0\0\0\0\0\0\0"s);
}

TEST(Marshal, StructsEntriesVariants) {
  expect_both_ways({Value::number('y', 1), Value::structure({Value::number('y', 2), Value::uint32(3)})},
                   bytes("01 00 00 00 00 00 00 00 02 00 00 00 03 00 00 00"));
  expect_both_ways({Value::variant(Value::uint32(4))}, bytes("01 75 00 00 04 00 00 00"));
  expect_both_ways({Value::variant(Value::variant(Value::boolean(false)))},
                   bytes("01 76 00 01 62 00 00 00 00 00 00 00"));
  expect_both_ways(
      {Value::array("{yv}", {Value::entry(Value::number('y', 9), Value::variant(Value::string("x")))})},
      "\x0a\0\0\0\0\0\0\0\x09\1s\0\1\0\0\0x\0"s);
}

TEST(Marshal, ReadsBigEndian) {
  const auto values = decode("qus", "\x01\x02\0\0\0\0\0\5\0\0\0\1a\0"s, ByteOrder::big);
  ASSERT_TRUE(values) << values.error().message();
  EXPECT_EQ((*values)[0].number(), 0x0102u);
  EXPECT_EQ((*values)[1].number(), 5u);
  EXPECT_EQ((*values)[2].text(), "a");
}

TEST(Marshal, RefusesToEncode) {
  EXPECT_FALSE(encode(Values{Value::string("a\0b"s)}));
  EXPECT_FALSE(encode(Values{Value::string("\xff")}));
  EXPECT_FALSE(encode(Values{Value::object_path("no/path")}));
  EXPECT_FALSE(encode(Values{Value::type_signature("a")}));
  EXPECT_FALSE(encode(Values{Value::array("s", {Value::uint32(1)})}));
  EXPECT_FALSE(encode(Values{Value::structure({})}));
  Value deep = Value::uint32(1);
  for (int i = 0; i < 70; ++i) deep = Value::variant(std::move(deep));
  EXPECT_FALSE(encode(Values{deep}));
}

struct Garbage {
  const char* signature;
  std::string body;
};

TEST(Marshal, RefusesToDecode) {
  const Garbage cases[] = {
      {"u", "\1\0\0"s},          // ends in the middle
      {"u", "\1\0\0\0\0"s},      // more than the signature says
      {"b", "\2\0\0\0"s},        // neither 0 nor 1
      {"s", "\3\0\0\0fo"s},      // shorter than its length
      {"s", "\2\0\0\0foo"s},     // no NUL at its end
      {"s", "\1\0\0\0\xff\0"s},  // no UTF-8
      {"s",
       "\xff\xff\xff\xff"
       "a\0"s},                     // 4 GiB
      {"o", "\1\0\0\0x\0"s},        // no path
      {"g", "\1a\0"s},              // no signature
      {"yu", "\1\1\0\0\1\0\0\0"s},  // padding is not zero
      {"au", "\3\0\0\0\1\0\0\0"s},  // an element ends beyond the array
      {"au", "\4\0\0\0"s},          // an array beyond the end
      {"au", "\1\0\0\4\0\0\0\0"s},  // more than 64 MiB
      {"v", "\2ss\0"s},             // two types in a variant
      {"v", "\0\0"s},               // none
      {"z", ""},                    // no type
  };
  for (const Garbage& garbage : cases)
    EXPECT_FALSE(decode(garbage.signature, garbage.body)) << garbage.signature << garbage.body;
}

TEST(Marshal, VariantsInVariantsEnd) {
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "\1v\0"s;
  const auto values = decode("v", nested + "\1y\0\1"s);
  ASSERT_FALSE(values);
  EXPECT_NE(values.error().message().find("too deep"), std::string::npos);
}

TEST(Marshal, TooManyValues) {
  const std::string many(std::size_t{4} << 20, '\0');
  const std::string length = "\0\0\x40\0"s;
  EXPECT_FALSE(decode("aq", length + many));
  EXPECT_TRUE(decode("ay", length + many));  // one value
}

}  // namespace
}  // namespace masu::dbus
