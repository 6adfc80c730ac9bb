// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include "masu/base/text.h"

namespace masu::conformance {

std::string_view text_of(Value value, std::string_view key) {
  const auto member = find(value, key);
  return member ? member->text() : std::string_view();
}

long long number_of(Value value, std::string_view key, long long otherwise) {
  return text::parse_int<long long>(text_of(value, key)).value_or(otherwise);
}

bool is_true(std::optional<Value> value) {
  return value && value->is(json::Type::boolean) && value->boolean();
}

std::vector<Value> list_of(std::optional<Value> list) {
  std::vector<Value> values;
  if (list && list->is(json::Type::array))
    for (const Value element : list->elements()) values.push_back(element);
  return values;
}

std::vector<std::string_view> words_of(std::optional<Value> list) {
  std::vector<std::string_view> words;
  for (const Value element : list_of(list)) words.push_back(element.text());
  return words;
}

}  // namespace masu::conformance
