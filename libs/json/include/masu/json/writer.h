// SPDX-License-Identifier: Apache-2.0
//
// Writes JSON by appending to a string. Calls come in the document's order:
//
//     json::Writer out(text, json::Layout::compact);
//     out.begin_object().member("id", id).key("pids").begin_array().value(1).end_array().end_object();
//
// The caller keeps begin and end in pairs and gives every member its key. Strings are escaped by
// append_json_string():
// `/` stays as it is (contract: hooks are shell scripts that grep their state).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace masu::json {

class Value;

enum class Layout {
  compact,  ///< {"a":1,"b":[2]}
  spaces,   ///< indented by two spaces a level
  tabs,     ///< indented by a tab a level
};

class Writer {
 public:
  explicit Writer(std::string& out, Layout layout = Layout::compact) : out_(out), layout_(layout) {}

  Writer& begin_object() { return begin('{'); }
  Writer& end_object() { return end('}'); }
  Writer& begin_array() { return begin('['); }
  Writer& end_array() { return end(']'); }
  Writer& key(std::string_view name);

  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  template <std::same_as<bool> Bool>
  Writer& value(Bool truth) {
    return raw(truth ? "true" : "false");
  }
  template <std::integral Int>
    requires(!std::same_as<Int, bool> && !std::same_as<Int, char>)
  Writer& value(Int number) {
    if constexpr (std::signed_integral<Int>)
      return integer(static_cast<std::int64_t>(number));
    else
      return integer(static_cast<std::uint64_t>(number));
  }
  Writer& null() { return raw("null"); }
  /// A value that is JSON text already.
  Writer& raw(std::string_view json);

  /// A value of a document that was read, with all that is in it.
  Writer& copy(Value item);

  template <class T>
  Writer& member(std::string_view name, const T& item) {
    return key(name).value(item);
  }

 private:
  Writer& begin(char bracket);
  Writer& end(char bracket);
  Writer& integer(std::int64_t number);
  Writer& integer(std::uint64_t number);
  void separate();  // the comma and the line break before a value or a key
  void break_line();

  std::string& out_;
  Layout layout_;
  unsigned depth_ = 0;
  bool empty_ = true;       // nothing written yet in the innermost container
  bool after_key_ = false;  // the next value belongs to the key just written
};

}  // namespace masu::json
