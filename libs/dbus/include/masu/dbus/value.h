// SPDX-License-Identifier: Apache-2.0
//
// A value of any D-Bus type, as a tree. Arrays of bytes are kept as one string, since that is how they are
// used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace masu::dbus {

class Value {
 public:
  using Items = std::vector<Value>;

  static Value boolean(bool value) { return {"b", std::uint64_t{value}}; }
  static Value uint32(std::uint32_t value) { return {"u", std::uint64_t{value}}; }
  static Value uint64(std::uint64_t value) { return {"t", value}; }
  static Value real(double value) { return {"d", value}; }
  static Value string(std::string_view value) { return {"s", std::string(value)}; }
  static Value object_path(std::string_view value) { return {"o", std::string(value)}; }
  static Value type_signature(std::string_view value) { return {"g", std::string(value)}; }
  /// An array of bytes ("ay").
  static Value bytes(std::string value) { return {"ay", std::move(value)}; }
  /// An integer of one of the types ybnqiuxth; negative numbers as two's complement of 64 bits.
  static Value number(char type, std::uint64_t value) { return {std::string(1, type), value}; }
  /// An array of `element`, the signature of each item; not of bytes.
  static Value array(std::string_view element, Items items);
  static Value structure(Items items);
  /// An item of an array of dict entries.
  static Value entry(Value key, Value value);
  static Value variant(Value inner);

  /// One complete type; that of a dict entry is in braces.
  const std::string& signature() const { return signature_; }
  char type() const { return signature_.front(); }
  bool is(std::string_view signature) const { return signature_ == signature; }

  /// An integer or boolean; 0 for other types.
  std::uint64_t number() const;
  /// A double; 0 for other types.
  double real() const;
  /// A string, object path, signature or array of bytes; empty for other types.
  const std::string& text() const;
  /// What an array, struct, dict entry (2) or variant (1) holds; nothing for other types.
  const Items& items() const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  friend class Decoder;
  using Content = std::variant<std::uint64_t, double, std::string, Items>;
  Value(std::string signature, Content content)
      : signature_(std::move(signature)), content_(std::move(content)) {}

  std::string signature_;
  Content content_;
};

using Values = std::vector<Value>;

}  // namespace masu::dbus
