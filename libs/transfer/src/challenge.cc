// SPDX-License-Identifier: Apache-2.0
#include "challenge.h"

#include "masu/base/text.h"

namespace masu::transfer {
namespace {

// name=value or name="value", and what separates it from the next; empty at the end.
std::pair<std::string_view, std::string> take_parameter(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == ',')) rest.remove_prefix(1);
  const auto equals = rest.find('=');
  if (equals == std::string_view::npos) {
    rest = {};
    return {};
  }
  const std::string_view name = text::trim(rest.substr(0, equals));
  rest.remove_prefix(equals + 1);
  std::string value;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(','), rest.size());
    value = text::trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return {name, value};
  }
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    value += rest[i];
  }
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return {name, value};
}

}  // namespace

Challenge parse_challenge(std::string_view value) {
  Challenge out;
  std::string_view rest = text::trim(value);
  const auto space = std::min(rest.find(' '), rest.size());
  const std::string_view scheme = rest.substr(0, space);
  if (text::equals_ignore_case(scheme, "bearer")) out.scheme = Challenge::Scheme::bearer;
  if (text::equals_ignore_case(scheme, "basic")) out.scheme = Challenge::Scheme::basic;
  rest.remove_prefix(space);
  while (!rest.empty()) {
    const auto [name, text] = take_parameter(rest);
    if (text::equals_ignore_case(name, "realm")) out.realm = text;
    if (text::equals_ignore_case(name, "service")) out.service = text;
    if (text::equals_ignore_case(name, "scope")) out.scope = text;
    if (text::equals_ignore_case(name, "error")) out.error = text;
  }
  return out;
}

}  // namespace masu::transfer
