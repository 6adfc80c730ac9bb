// SPDX-License-Identifier: Apache-2.0
#include "masu/http/form.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <iterator>

namespace masu::http {

Result<std::string> unescape(std::string_view text, bool plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      out += ' ';
    } else if (text[i] == '%') {
      const auto byte =
          text.size() - i > 2 ? text::parse_int<unsigned char>(text.substr(i + 1, 2), 16) : std::nullopt;
      if (!byte) return fail(Error::make(Kind::usage, cat("bad escape in ", quote(text))));
      out += static_cast<char>(*byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<Form> Form::parse(std::string_view text) {
  Form form;
  if (text.empty()) return form;
  for (const std::string_view field : text::split(text, '&')) {
    if (field.empty()) continue;
    const auto equals = field.find('=');
    std::string name = TRY(unescape(field.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) value = TRY(unescape(field.substr(equals + 1), true));
    form.fields_.emplace_back(std::move(name), std::move(value));
  }
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (auto field = fields_.rbegin(); field != fields_.rend(); ++field)
    if (field->first == name) return field->second;
  return std::nullopt;
}

std::string_view Form::value(std::string_view name, std::string_view otherwise) const {
  return find(name).value_or(otherwise);
}

Result<bool> Form::flag(std::string_view name, bool otherwise) const {
  const auto value = find(name);
  if (!value) return otherwise;
  for (const std::string_view yes : {"", "1", "true", "yes"})
    if (*value == yes) return true;
  for (const std::string_view no : {"0", "false", "no"})
    if (*value == no) return false;
  return fail(Error::make(Kind::usage, cat(name, ": ", quote(*value), " is neither true nor false")));
}

void Form::append(Form other) {
  fields_.insert(fields_.end(), std::make_move_iterator(other.fields_.begin()),
                 std::make_move_iterator(other.fields_.end()));
}

}  // namespace masu::http
