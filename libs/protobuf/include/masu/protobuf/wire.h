// SPDX-License-Identifier: Apache-2.0
//
// The wire format of protobuf, as far as our messages need it: numbers as varints, and bytes with their
// length before them. https://protobuf.dev/programming-guides/encoding/
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace masu::protobuf {

/// Appends fields to a string.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  /// An integer, an enum or a bool. A negative number has to be widened with its sign first.
  void number(unsigned field, std::uint64_t value);
  /// A string, or a message that is written already.
  void bytes(unsigned field, std::string_view value);

 private:
  void varint(std::uint64_t value);
  std::string& out_;
};

/// Walks through the fields of a message. Refuses what is cut off; fixed-width fields are passed over.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  /// False at the end.
  Result<bool> next();
  unsigned field() const { return field_; }
  /// What the field is; the other one is empty.
  std::uint64_t number() const { return number_; }
  std::string_view bytes() const { return bytes_; }

 private:
  Result<std::uint64_t> varint();
  Result<std::string_view> take(std::uint64_t size);

  std::string_view rest_;
  unsigned field_ = 0;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
};

}  // namespace masu::protobuf
