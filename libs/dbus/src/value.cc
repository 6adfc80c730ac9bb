// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/value.h"

namespace masu::dbus {

Value Value::array(std::string_view element, Items items) {
  return {"a" + std::string(element), std::move(items)};
}

Value Value::structure(Items items) {
  std::string signature = "(";
  for (const Value& item : items) signature += item.signature();
  return {signature + ")", std::move(items)};
}

Value Value::entry(Value key, Value value) {
  std::string signature = "{" + key.signature() + value.signature() + "}";
  Items items;
  items.push_back(std::move(key));
  items.push_back(std::move(value));
  return {std::move(signature), std::move(items)};
}

Value Value::variant(Value inner) {
  Items items;
  items.push_back(std::move(inner));
  return {"v", std::move(items)};
}

std::uint64_t Value::number() const {
  const auto* value = std::get_if<std::uint64_t>(&content_);
  return value != nullptr ? *value : 0;
}

double Value::real() const {
  const auto* value = std::get_if<double>(&content_);
  return value != nullptr ? *value : 0;
}

const std::string& Value::text() const {
  static const std::string none;
  const auto* value = std::get_if<std::string>(&content_);
  return value != nullptr ? *value : none;
}

const Value::Items& Value::items() const {
  static const Items none;
  const auto* value = std::get_if<Items>(&content_);
  return value != nullptr ? *value : none;
}

}  // namespace masu::dbus
