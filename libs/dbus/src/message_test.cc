// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/message.h"

#include <gtest/gtest.h>

#include <string>

namespace masu::dbus {
namespace {

using namespace std::string_literals;

Message hello() {
  Message message;
  message.serial = 1;
  message.path = "/org/freedesktop/DBus";
  message.interface = "org.freedesktop.DBus";
  message.member = "Hello";
  message.destination = "org.freedesktop.DBus";
  return message;
}

// As every client of the reference implementation sends it, but for the order of the fields.
const std::string kHello =
    "l\1\0\1\0\0\0\0\1\0\0\0\x6d\0\0\0"s
    "\1\1o\0\x15\0\0\0/org/freedesktop/DBus\0\0\0"s
    "\2\1s\0\x14\0\0\0org.freedesktop.DBus\0\0\0\0"s
    "\3\1s\0\5\0\0\0Hello\0\0\0"s
    "\6\1s\0\x14\0\0\0org.freedesktop.DBus\0\0\0\0"s;

TEST(Message, GoldenHello) {
  const auto bytes = to_bytes(hello());
  ASSERT_TRUE(bytes) << bytes.error().message();
  EXPECT_EQ(*bytes, kHello);
  EXPECT_EQ(message_size(*bytes).value_or(0), bytes->size());
}

TEST(Message, BothWaysWithBody) {
  Message message = hello();
  message.type = Message::Type::error;
  message.reply_serial = 77;
  message.error_name = "org.example.Error";
  message.sender = ":1.5";
  message.flags = kNoReplyExpected;
  const Values values{Value::string("what"), Value::array("u", {Value::uint32(9)})};
  message.signature = signature_of(values);
  message.body = *encode(values);
  const auto read = parse_message(to_bytes(message).value());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->type, Message::Type::error);
  EXPECT_EQ(read->flags, kNoReplyExpected);
  EXPECT_EQ(read->serial, 1u);
  EXPECT_EQ(read->reply_serial, 77u);
  EXPECT_EQ(read->path, message.path);
  EXPECT_EQ(read->interface, message.interface);
  EXPECT_EQ(read->member, message.member);
  EXPECT_EQ(read->destination, message.destination);
  EXPECT_EQ(read->error_name, message.error_name);
  EXPECT_EQ(read->sender, ":1.5");
  EXPECT_EQ(read->values().value(), values);
}

TEST(Message, BigEndianReply) {
  const std::string bytes =
      "B\2\1\1\0\0\0\4\0\0\0\2\0\0\0\x0f"s
      "\5\1u\0\0\0\0\7\x08\1g\0\1u\0\0"s
      "\0\0\0\x2a"s;
  const auto message = parse_message(bytes);
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(message->reply_serial, 7u);
  EXPECT_EQ(message->values().value().front().number(), 42u);
}

TEST(Message, UnknownFieldsAndTypesAreKept) {
  std::string bytes = kHello;
  bytes[1] = 9;  // a type of tomorrow
  EXPECT_TRUE(parse_message(bytes));
  bytes = kHello;
  bytes[16 + 32 + 32 + 16] = 99;  // the destination's field becomes one that nobody knows
  const auto message = parse_message(bytes);
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(message->destination, "");
}

TEST(Message, Refused) {
  const auto changed = [](std::size_t at, char to) {
    std::string bytes = kHello;
    bytes[at] = to;
    return bytes;
  };
  EXPECT_FALSE(parse_message(""));
  EXPECT_FALSE(parse_message(kHello.substr(0, 20)));
  EXPECT_FALSE(parse_message(kHello + "x"));
  EXPECT_FALSE(parse_message(changed(0, 'x')));                // no byte order
  EXPECT_FALSE(parse_message(changed(0, 'B')));                // the other one
  EXPECT_FALSE(parse_message(changed(1, 0)));                  // no type
  EXPECT_FALSE(parse_message(changed(3, 2)));                  // another version
  EXPECT_FALSE(parse_message(changed(8, 0)));                  // serial 0
  EXPECT_FALSE(parse_message(changed(18, 'u')));               // the path is a number
  EXPECT_FALSE(parse_message(changed(18, 's')));               // the path is a string
  EXPECT_FALSE(parse_message(changed(kHello.size() - 1, 1)));  // padding
  EXPECT_FALSE(parse_message(changed(1, 4)).value_or(hello()).member == "");
  Message call = hello();
  call.member.clear();
  EXPECT_FALSE(parse_message(to_bytes(call).value()));
}

TEST(Message, SizeLimits) {
  std::string head = kHello.substr(0, 16);
  head[7] = 0x08;  // a body of 128 MiB, to which the header adds
  EXPECT_FALSE(message_size(head));
  head[7] = 0x07;
  EXPECT_TRUE(message_size(head));
  head[15] = 0x7f;
  EXPECT_FALSE(message_size(head));
  EXPECT_FALSE(message_size("l"));
}

}  // namespace
}  // namespace masu::dbus
