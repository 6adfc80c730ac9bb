// SPDX-License-Identifier: Apache-2.0
#include "masu/json/reader.h"

#include "masu/base/text.h"

namespace masu::json {
namespace {

Error mismatch(Reader in, std::string_view expected) {
  const bool number = in.type() == Type::number;
  return in.error(cat("expected ", expected, ", found ", number ? in.value().text() : type_name(in.type())));
}

bool is_integer(std::string_view number) { return number.find_first_of(".eE") == std::string_view::npos; }

}  // namespace

Error Reader::error(std::string_view key, std::string what) const {
  return Error::spec(member_path(path(), key), std::move(what));
}

Result<> Reader::expect(Type type) const {
  if (value_.is(type)) return {};
  return fail(mismatch(*this, type_name(type)));
}

std::optional<Reader> Reader::find(std::string_view key) const {
  if (!value_.is(Type::object)) return std::nullopt;
  const auto member = value_.find(key);
  if (!member || member->is(Type::null)) return std::nullopt;
  return at(*member);
}

Result<> read(Reader in, bool& out) {
  if (in.type() != Type::boolean) return fail(mismatch(in, "true or false"));
  out = in.value().boolean();
  return {};
}

Result<> read(Reader in, std::string& out) {
  if (auto result = in.expect(Type::string); !result) return result;
  const std::string_view text = in.value().text();
  if (text.find('\0') != std::string_view::npos) return fail(in.error("a NUL character in the string"));
  out.assign(text);
  return {};
}

Result<> read_signed(Reader in, std::int64_t min, std::int64_t max, std::int64_t& out) {
  if (in.type() != Type::number || !is_integer(in.value().text())) return fail(mismatch(in, "an integer"));
  const auto number = text::parse_int<std::int64_t>(in.value().text());
  if (!number || *number < min || *number > max)
    return fail(in.error(cat(in.value().text(), " is not between ", min, " and ", max)));
  out = *number;
  return {};
}

Result<> read_unsigned(Reader in, std::uint64_t max, std::uint64_t& out) {
  if (in.type() != Type::number || !is_integer(in.value().text())) return fail(mismatch(in, "an integer"));
  const std::string_view digits = in.value().text();
  const auto number = digits == "-0" ? 0 : text::parse_int<std::uint64_t>(digits);
  if (!number || *number > max) return fail(in.error(cat(digits, " is not between 0 and ", max)));
  out = *number;
  return {};
}

}  // namespace masu::json
