// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/message.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/dbus/signature.h"

#include <array>

namespace masu::dbus {
namespace {

constexpr std::uint64_t kVersion = 1;

// Codes of the header's fields.
enum Field : std::uint64_t {
  kPath = 1,
  kInterface = 2,
  kMember = 3,
  kErrorName = 4,
  kReplySerial = 5,
  kDestination = 6,
  kSender = 7,
  kSignature = 8,
};

Error malformed(std::string what) {
  return Error::make(Kind::invalid_spec, std::move(what)).within("D-Bus message");
}

std::size_t round_up(std::size_t size) { return (size + 7) / 8 * 8; }

struct TextField {
  Field code;
  const char* type;
  std::string Message::* member;
};
constexpr TextField kTextFields[] = {
    {kPath, "o", &Message::path},
    {kInterface, "s", &Message::interface},
    {kMember, "s", &Message::member},
    {kErrorName, "s", &Message::error_name},
    {kDestination, "s", &Message::destination},
    {kSender, "s", &Message::sender},
    {kSignature, "g", &Message::signature},
};

Value field(std::uint64_t code, Value value) {
  return Value::structure({Value::number('y', code), Value::variant(std::move(value))});
}

Value text_value(const char* type, const std::string& text) {
  if (*type == 'o') return Value::object_path(text);
  return *type == 'g' ? Value::type_signature(text) : Value::string(text);
}

/// What each type of message must have (specification, "Header Fields").
bool is_complete(const Message& message) {
  switch (message.type) {
    case Message::Type::call:
      return !message.path.empty() && !message.member.empty();
    case Message::Type::reply:
      return message.reply_serial != 0;
    case Message::Type::error:
      return message.reply_serial != 0 && !message.error_name.empty();
    case Message::Type::signal:
      return !message.path.empty() && !message.interface.empty() && !message.member.empty();
  }
  return true;  // a type of tomorrow, to be ignored
}

Result<> read_field(const Value& entry, Message& message) {
  const std::uint64_t code = entry.items()[0].number();
  const Value& value = entry.items()[1].items().front();
  if (code == kReplySerial) {
    if (!value.is("u")) return fail(malformed("the header's reply serial is no number"));
    message.reply_serial = static_cast<std::uint32_t>(value.number());
    return {};
  }
  for (const TextField& known : kTextFields) {
    if (known.code != code) continue;
    if (!value.is(known.type)) return fail(malformed(cat("header field ", code, " has a wrong type")));
    message.*known.member = value.text();
  }
  return {};
}

/// What the first 16 bytes say: byte order, type, flags, version, length of the body, serial, length of the
/// fields.
struct Head {
  ByteOrder order;
  std::size_t body;
  std::size_t fields;

  std::size_t size() const { return kHeadSize + round_up(fields) + body; }
};

Result<Head> read_head(std::string_view bytes) {
  if (bytes.size() < kHeadSize) return fail(malformed("it is too short"));
  const auto order = static_cast<ByteOrder>(bytes.front());
  if (order != ByteOrder::little && order != ByteOrder::big)
    return fail(malformed("it does not begin with a byte order"));
  const Values values = TRY(decode("yyyyuuu", bytes.substr(0, kHeadSize), order));
  if (values[3].number() != kVersion)
    return fail(malformed(cat("version ", values[3].number(), " of the protocol is not known")));
  const Head head{order, values[4].number(), values[6].number()};
  if (head.fields > kMaxArray || head.size() > kMaxMessage) return fail(malformed("it is too long"));
  return head;
}

}  // namespace

Result<std::string> to_bytes(const Message& message) {
  Value::Items fields;
  for (const TextField& known : kTextFields)
    if (const std::string& text = message.*known.member; !text.empty())
      fields.push_back(field(known.code, text_value(known.type, text)));
  if (message.reply_serial != 0) fields.push_back(field(kReplySerial, Value::uint32(message.reply_serial)));
  const std::array<Value, 7> head{
      Value::number('y', static_cast<unsigned char>(ByteOrder::little)),
      Value::number('y', static_cast<std::uint64_t>(message.type)),
      Value::number('y', message.flags),
      Value::number('y', kVersion),
      Value::uint32(static_cast<std::uint32_t>(message.body.size())),
      Value::uint32(message.serial),
      Value::array("(yv)", std::move(fields)),
  };
  std::string bytes = TRY(encode(head));
  bytes.resize(round_up(bytes.size()));
  bytes += message.body;
  if (bytes.size() > kMaxMessage) return fail(malformed("it is too long"));
  return bytes;
}

Result<std::size_t> message_size(std::string_view head) { return TRY(read_head(head)).size(); }

Result<Message> parse_message(std::string_view bytes) {
  const Head head = TRY(read_head(bytes));
  if (head.size() != bytes.size()) return fail(malformed("its length is not the one it says"));
  const std::size_t fields_end = kHeadSize + head.fields, body_at = bytes.size() - head.body;
  if (bytes.substr(fields_end, body_at - fields_end).find_first_not_of('\0') != std::string_view::npos)
    return fail(malformed("padding is not zero"));
  const Values values = TRY(decode("yyyyuua(yv)", bytes.substr(0, fields_end), head.order));
  Message message;
  message.order = head.order;
  message.type = static_cast<Message::Type>(values[1].number());
  message.flags = static_cast<std::uint8_t>(values[2].number());
  message.serial = static_cast<std::uint32_t>(values[5].number());
  for (const Value& entry : values[6].items()) TRY(read_field(entry, message));
  if (values[1].number() == 0 || message.serial == 0 || !is_complete(message))
    return fail(malformed("its header lacks a field"));
  message.body = bytes.substr(body_at);
  return message;
}

}  // namespace masu::dbus
