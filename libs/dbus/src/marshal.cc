// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/marshal.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/dbus/signature.h"

#include <bit>

namespace masu::dbus {
namespace {

Error malformed(std::string what) {
  return Error::make(Kind::invalid_spec, std::move(what)).within("D-Bus message");
}

std::size_t padding(std::size_t at, std::size_t boundary) { return (boundary - at % boundary) % boundary; }

std::size_t size_of(char type) { return type == 'd' ? 8 : alignment(type); }

// ---- encoding --------------------------------------------------------------------------------------------

class Encoder {
 public:
  Result<> append(const Value& value, unsigned depth = 0);
  std::string take() { return std::move(out_); }

 private:
  void align(std::size_t boundary) { out_.append(padding(out_.size(), boundary), '\0'); }
  void append_number(std::uint64_t value, std::size_t size);
  Result<> append_text(const Value& value);
  Result<> append_array(const Value& value, unsigned depth);
  Result<> append_items(const Value::Items& items, unsigned depth);

  std::string out_;
};

void Encoder::append_number(std::uint64_t value, std::size_t size) {
  align(size);
  for (std::size_t i = 0; i < size; ++i) out_.push_back(static_cast<char>(value >> (8 * i)));
}

Result<> Encoder::append_text(const Value& value) {
  const std::string& text = value.text();
  const char type = value.type();
  if (type == 's' && !is_text(text)) return fail(malformed(cat(quote(text), " is no UTF-8 text")));
  if (type == 'o' && !is_object_path(text)) return fail(malformed(cat(quote(text), " is no object path")));
  if (type == 'g' && !is_signature(text)) return fail(malformed(cat(quote(text), " is no signature")));
  if (text.size() > kMaxArray) return fail(malformed("a string is too long"));
  append_number(text.size(), type == 'g' ? 1 : 4);
  out_ += text;
  if (type != 'a') out_.push_back('\0');
  return {};
}

Result<> Encoder::append_items(const Value::Items& items, unsigned depth) {
  for (const Value& item : items) TRY(append(item, depth));
  return {};
}

Result<> Encoder::append_array(const Value& value, unsigned depth) {
  const std::string_view element = std::string_view(value.signature()).substr(1);
  for (const Value& item : value.items())
    if (!item.is(element))
      return fail(malformed(cat("an array of '", element, "' holds a '", item.signature(), "'")));
  append_number(0, 4);
  const std::size_t length_at = out_.size() - 4;
  align(alignment(element.front()));  // does not count as part of the array, and is there in an empty one too
  const std::size_t begin = out_.size();
  TRY(append_items(value.items(), depth));
  const std::size_t length = out_.size() - begin;
  if (length > kMaxArray) return fail(malformed("an array is too long"));
  for (std::size_t i = 0; i < 4; ++i) out_[length_at + i] = static_cast<char>(length >> (8 * i));
  return {};
}

Result<> Encoder::append(const Value& value, unsigned depth) {
  if (depth > kMaxDepth) return fail(malformed("values are nested too deep"));
  switch (value.type()) {
    case 's':
    case 'o':
    case 'g':
      return append_text(value);
    case 'a':
      return value.is("ay") ? append_text(value) : append_array(value, depth + 1);
    case '(':
    case '{':
      align(8);
      return append_items(value.items(), depth + 1);
    case 'v': {
      const Value& inner = value.items().front();
      if (!is_single_type(inner.signature()))
        return fail(malformed(cat("a variant cannot hold '", inner.signature(), "'")));
      append_number(inner.signature().size(), 1);
      out_ += inner.signature();
      out_.push_back('\0');
      return append(inner, depth + 1);
    }
    case 'd':
      append_number(std::bit_cast<std::uint64_t>(value.real()), 8);
      return {};
    default:
      append_number(value.number(), size_of(value.type()));
      return {};
  }
}

}  // namespace

// ---- decoding --------------------------------------------------------------------------------------------

class Decoder {
 public:
  Decoder(std::string_view body, ByteOrder order) : body_(body), order_(order) {}

  Result<Value> read(std::string_view type, unsigned depth = 0);
  bool at_end() const { return at_ == body_.size(); }

 private:
  Result<> align(std::size_t boundary);
  Result<std::uint64_t> read_number(std::size_t size);
  Result<Value> read_integer(char type);
  Result<std::string_view> read_bytes(std::size_t size);
  Result<Value> read_text(char type);
  Result<Value> read_array(std::string_view type, unsigned depth);
  Result<Value> read_struct(std::string_view type, unsigned depth);
  Result<Value> read_variant(unsigned depth);

  std::string_view body_;
  ByteOrder order_;
  std::size_t at_ = 0;
  std::size_t count_ = 0;
};

Result<> Decoder::align(std::size_t boundary) {
  const std::string_view pad = TRY(read_bytes(padding(at_, boundary)));
  if (pad.find_first_not_of('\0') != std::string_view::npos) return fail(malformed("padding is not zero"));
  return {};
}

Result<std::string_view> Decoder::read_bytes(std::size_t size) {
  if (size > body_.size() - at_) return fail(malformed("it ends in the middle of a value"));
  const std::string_view bytes = body_.substr(at_, size);
  at_ += size;
  return bytes;
}

Result<std::uint64_t> Decoder::read_number(std::size_t size) {
  TRY(align(size));
  const std::string_view bytes = TRY(read_bytes(size));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t place = order_ == ByteOrder::little ? size - 1 - i : i;
    value = value << 8 | static_cast<unsigned char>(bytes[place]);
  }
  return value;
}

Result<Value> Decoder::read_integer(char type) {
  std::uint64_t value = TRY(read_number(size_of(type)));
  if (type == 'b' && value > 1) return fail(malformed("a boolean is neither 0 nor 1"));
  if (type == 'n') value = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int16_t>(value)});
  if (type == 'i') value = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(value)});
  if (type == 'd') return Value::real(std::bit_cast<double>(value));
  return Value::number(type, value);
}

Result<Value> Decoder::read_text(char type) {
  const std::uint64_t length = TRY(read_number(type == 'g' ? 1 : 4));
  const std::string_view text = TRY(read_bytes(length));
  const std::string_view end = TRY(read_bytes(1));
  if (end.front() != '\0') return fail(malformed("a string does not end in NUL"));
  const bool valid = type == 's' ? is_text(text) : type == 'o' ? is_object_path(text) : is_signature(text);
  if (!valid)
    return fail(malformed(cat(quote(text), " is no value of type '", std::string_view(&type, 1), "'")));
  return Value(std::string(1, type), std::string(text));
}

Result<Value> Decoder::read_array(std::string_view type, unsigned depth) {
  const std::uint64_t length = TRY(read_number(4));
  if (length > kMaxArray) return fail(malformed("an array is too long"));
  const std::string_view element = type.substr(1);
  TRY(align(alignment(element.front())));
  if (element == "y") return Value::bytes(std::string(TRY(read_bytes(length))));
  if (length > body_.size() - at_) return fail(malformed("it ends in the middle of an array"));
  const std::size_t end = at_ + length;
  Value::Items items;
  while (at_ < end) items.push_back(TRY(read(element, depth + 1)));
  if (at_ != end) return fail(malformed("an element ends beyond its array"));
  return Value::array(element, std::move(items));
}

Result<Value> Decoder::read_struct(std::string_view type, unsigned depth) {
  TRY(align(8));
  Value::Items items;
  for (std::string_view rest = type.substr(1, type.size() - 2); !rest.empty();) {
    const std::size_t length = first_type(rest);
    items.push_back(TRY(read(rest.substr(0, length), depth + 1)));
    rest.remove_prefix(length);
  }
  return Value(std::string(type), std::move(items));
}

Result<Value> Decoder::read_variant(unsigned depth) {
  const Value signature = TRY(read_text('g'));
  if (!is_single_type(signature.text()))
    return fail(malformed(cat(quote(signature.text()), " is not the type of one value")));
  return Value::variant(TRY(read(signature.text(), depth + 1)));
}

Result<Value> Decoder::read(std::string_view type, unsigned depth) {
  if (depth > kMaxDepth) return fail(malformed("values are nested too deep"));
  if (++count_ > kMaxValues) return fail(malformed(cat("it holds more than ", kMaxValues, " values")));
  switch (type.front()) {
    case 's':
    case 'o':
    case 'g':
      return read_text(type.front());
    case 'a':
      return read_array(type, depth);
    case '(':
    case '{':
      return read_struct(type, depth);
    case 'v':
      return read_variant(depth);
    default:
      return read_integer(type.front());
  }
}

std::string signature_of(std::span<const Value> values) {
  std::string signature;
  for (const Value& value : values) signature += value.signature();
  return signature;
}

Result<std::string> encode(std::span<const Value> values) {
  if (const std::string signature = signature_of(values); !is_signature(signature))
    return fail(malformed(cat(quote(signature), " is no signature")));
  Encoder encoder;
  for (const Value& value : values) TRY(encoder.append(value));
  return encoder.take();
}

Result<Values> decode(std::string_view signature, std::string_view body, ByteOrder order) {
  if (!is_signature(signature)) return fail(malformed(cat(quote(signature), " is no signature")));
  Decoder decoder(body, order);
  Values values;
  while (!signature.empty()) {
    const std::size_t length = first_type(signature);
    values.push_back(TRY(decoder.read(signature.substr(0, length))));
    signature.remove_prefix(length);
  }
  if (!decoder.at_end()) return fail(malformed("there is more in it than its signature says"));
  return values;
}

}  // namespace masu::dbus
