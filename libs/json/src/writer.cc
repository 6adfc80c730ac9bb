// SPDX-License-Identifier: Apache-2.0
#include "masu/json/writer.h"

#include "masu/base/text.h"

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
