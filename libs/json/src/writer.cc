// SPDX-License-Identifier: Apache-2.0
#include "masu/json/writer.h"

#include "masu/base/text.h"
#include "masu/json/value.h"

namespace masu::json {

Writer& Writer::key(std::string_view name) {
  separate();
  text::append_json_string(out_, name);
  out_ += layout_ == Layout::compact ? ":" : ": ";
  after_key_ = true;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  text::append_json_string(out_, text);
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Writer& Writer::integer(std::int64_t number) { return raw(text::Piece(number).view()); }
Writer& Writer::integer(std::uint64_t number) { return raw(text::Piece(number).view()); }

// As deep as the parser lets a document be (kMaxDepth).
Writer& Writer::copy(Value item) {
  switch (item.type()) {
    case Type::null:
      return null();
    case Type::boolean:
      return value(item.boolean());
    case Type::number:
      return raw(item.text());
    case Type::string:
      return value(item.text());
    case Type::array:
      begin_array();
      for (const Value element : item.elements()) copy(element);
      return end_array();
    case Type::object:
      break;
  }
  begin_object();
  for (const auto [name, inner] : item.members()) key(name).copy(inner);
  return end_object();
}

Writer& Writer::begin(char bracket) {
  separate();
  out_ += bracket;
  ++depth_;
  empty_ = true;
  return *this;
}

Writer& Writer::end(char bracket) {
  --depth_;
  if (!empty_) break_line();
  out_ += bracket;
  empty_ = false;
  return *this;
}

void Writer::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!empty_) out_ += ',';
  empty_ = false;
  if (depth_ > 0) break_line();
}

void Writer::break_line() {
  if (layout_ == Layout::compact) return;
  out_ += '\n';
  if (layout_ == Layout::tabs)
    out_.append(depth_, '\t');
  else
    out_.append(std::size_t{2} * depth_, ' ');
}

}  // namespace masu::json
