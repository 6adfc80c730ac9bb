// SPDX-License-Identifier: Apache-2.0
#include "masu/protobuf/wire.h"

#include "masu/base/try.h"

namespace masu::protobuf {
namespace {

enum : unsigned { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };
constexpr unsigned kTypeBits = 3;
constexpr unsigned kBitsPerByte = 7;
constexpr unsigned kMore = 0x80;

Error broken() { return Error::make(Kind::invalid_spec, "a message is cut off or no protobuf"); }

}  // namespace

void Writer::varint(std::uint64_t value) {
  for (; value >= kMore; value >>= kBitsPerByte) out_ += static_cast<char>((value & (kMore - 1)) | kMore);
  out_ += static_cast<char>(value);
}

void Writer::number(unsigned field, std::uint64_t value) {
  varint(std::uint64_t{field} << kTypeBits | kVarint);
  varint(value);
}

void Writer::bytes(unsigned field, std::string_view value) {
  varint(std::uint64_t{field} << kTypeBits | kLengthDelimited);
  varint(value.size());
  out_ += value;
}

Result<std::uint64_t> Reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += kBitsPerByte) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & (kMore - 1)) << shift;
    if ((byte & kMore) == 0) return value;
  }
  return fail(broken());
}

Result<std::string_view> Reader::take(std::uint64_t size) {
  if (size > rest_.size()) return fail(broken());
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

Result<bool> Reader::next() {
  if (rest_.empty()) return false;
  const std::uint64_t tag = TRY(varint());
  constexpr std::uint64_t kLargestField = (1u << 29) - 1;
  if (tag >> kTypeBits == 0 || tag >> kTypeBits > kLargestField) return fail(broken());
  field_ = static_cast<unsigned>(tag >> kTypeBits);
  number_ = 0;
  bytes_ = {};
  switch (tag & ((1u << kTypeBits) - 1)) {
    case kVarint:
      number_ = TRY(varint());
      return true;
    case kLengthDelimited: {
      const std::uint64_t size = TRY(varint());
      bytes_ = TRY(take(size));
      return true;
    }
    case kFixed64:
      TRY(take(8));
      return true;
    case kFixed32:
      TRY(take(4));
      return true;
    default:
      return fail(broken());
  }
}

}  // namespace masu::protobuf
