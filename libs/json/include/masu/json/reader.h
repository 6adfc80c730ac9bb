// SPDX-License-Identifier: Apache-2.0
//
// Typed reading of a document, with messages that name the place:
//
//     Result<> read(json::Reader in, Memory& out) {        // found by the struct's own namespace
//       TRY(in.optional("limit", out.limit));              // std::optional<std::int64_t>
//       return in.require("unit", out.unit);               // std::string
//     }
//
// fails with Kind::invalid_spec and "linux.resources.memory.limit: expected an integer, found a string". The
// path is searched for when it is asked for, so success pays nothing for it. `null` counts as absent, as Go's
// encoders write it. Members that nobody asks for are ignored.
#pragma once

#include "masu/base/error.h"
#include "masu/json/value.h"

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace masu::json {

/// A value together with its document. Cheap to copy; lives as long as the document.
class Reader {
 public:
  explicit Reader(const Document& document) : document_(&document), value_(document.root()) {}

  Value value() const { return value_; }
  Type type() const { return value_.type(); }
  std::string path() const { return document_->path(value_); }
  /// "<path>: <what>"
  Error error(std::string what) const { return Error::spec(path(), std::move(what)); }
  /// "<path>.<key>: <what>", for a member that may be absent.
  Error error(std::string_view key, std::string what) const;

  /// Fails unless the value has this type.
  Result<> expect(Type type) const;

  /// The member of an object; nothing if it is absent or null, or if this is no object.
  std::optional<Reader> find(std::string_view key) const;
  /// The value of an array's element or an object's member.
  Reader at(Value inner) const { return Reader(*document_, inner); }

  /// Reads a member of an object into `out` by read(Reader, T&), and leaves `out` alone if the member is
  /// absent.
  template <class T>
  Result<> optional(std::string_view key, T& out) const;
  /// The same for a member that must be there.
  template <class T>
  Result<> require(std::string_view key, T& out) const;
  /// Both with a reader of the caller's, called as read_as(Reader, T&).
  template <class T, class ReadAs>
  Result<> optional(std::string_view key, T& out, const ReadAs& read_as) const;
  template <class T, class ReadAs>
  Result<> require(std::string_view key, T& out, const ReadAs& read_as) const;

 private:
  Reader(const Document& document, Value value) : document_(&document), value_(value) {}
  const Document* document_;
  Value value_;
};

// read(Reader, T&) for the types that JSON has; a struct brings its own, in its namespace.
Result<> read(Reader in, bool& out);
/// Refuses NUL in a string: what is read here goes to the kernel as C strings.
Result<> read(Reader in, std::string& out);

/// An integer within [min, max]. "1.0" and "1e3" are refused, as Go's decoder does.
Result<> read_signed(Reader in, std::int64_t min, std::int64_t max, std::int64_t& out);
Result<> read_unsigned(Reader in, std::uint64_t max, std::uint64_t& out);

template <std::integral T>
Result<> read(Reader in, T& out) {
  using Limits = std::numeric_limits<T>;
  std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t> wide{};
  auto result = [&] {
    if constexpr (std::signed_integral<T>)
      return read_signed(in, Limits::min(), Limits::max(), wide);
    else
      return read_unsigned(in, Limits::max(), wide);
  }();
  if (result) out = static_cast<T>(wide);
  return result;
}

template <class T>
Result<> read(Reader in, std::optional<T>& out);
template <class T>
Result<> read(Reader in, std::map<std::string, T>& out);

template <class T>
Result<> read(Reader in, std::vector<T>& out) {
  if (auto result = in.expect(Type::array); !result) return result;
  out.clear();
  out.reserve(in.value().size());
  for (const Value element : in.value().elements())
    if (auto result = read(in.at(element), out.emplace_back()); !result) return result;
  return {};
}

template <class T>
Result<> read(Reader in, std::map<std::string, T>& out) {
  if (auto result = in.expect(Type::object); !result) return result;
  out.clear();
  for (const auto [key, value] : in.value().members()) {
    if (key.find('\0') != std::string_view::npos)
      return fail(in.at(value).error("a NUL character in the member's name"));
    T& item = out[std::string(key)] = T{};
    if (auto result = read(in.at(value), item); !result) return result;
  }
  return {};
}

template <class T>
Result<> read(Reader in, std::optional<T>& out) {
  return read(in, out.emplace());
}

template <class T, class ReadAs>
Result<> Reader::optional(std::string_view key, T& out, const ReadAs& read_as) const {
  if (auto object = expect(Type::object); !object) return object;
  const auto member = find(key);
  if (!member) return {};
  return read_as(*member, out);
}

template <class T, class ReadAs>
Result<> Reader::require(std::string_view key, T& out, const ReadAs& read_as) const {
  if (auto object = expect(Type::object); !object) return object;
  const auto member = find(key);
  if (!member) return fail(error(key, "must be given"));
  return read_as(*member, out);
}

template <class T>
Result<> Reader::optional(std::string_view key, T& out) const {
  return optional(key, out, [](Reader in, T& item) { return read(in, item); });
}

template <class T>
Result<> Reader::require(std::string_view key, T& out) const {
  return require(key, out, [](Reader in, T& item) { return read(in, item); });
}

}  // namespace masu::json
