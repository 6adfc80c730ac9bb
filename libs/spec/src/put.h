// SPDX-License-Identifier: Apache-2.0
//
// Private to the writer: put(out, "key", value) writes a member unless it is absent or empty, keep() writes
// it in any case. Structs are written by write(Writer&, const T&) of this namespace, vectors, maps and
// optionals by what they hold.
#pragma once

#include "masu/json/writer.h"
#include "masu/spec/config.h"
#include "masu/spec/names.h"
#include "masu/spec/write.h"

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::spec {

void write(json::Writer& out, const IdMapping& mapping);
void write(json::Writer& out, const Linux& linux_);

template <std::integral T>
void write(json::Writer& out, T number) {
  out.value(number);
}
inline void write(json::Writer& out, const std::string& text) { out.value(text); }
inline void write(json::Writer& out, std::string_view text) { out.value(text); }

template <class T>
void write(json::Writer& out, const std::vector<T>& items) {
  out.begin_array();
  for (const T& item : items) write(out, item);
  out.end_array();
}

template <class T>
void write(json::Writer& out, const std::map<std::string, T>& items) {
  out.begin_object();
  for (const auto& [key, item] : items) {
    out.key(key);
    write(out, item);
  }
  out.end_object();
}

template <class T>
void keep(json::Writer& out, std::string_view key, const T& item) {
  out.key(key);
  write(out, item);
}

template <class T>
void put(json::Writer& out, std::string_view key, const T& item) {
  if constexpr (requires { item.has_value(); }) {
    if (item) keep(out, key, *item);
  } else if constexpr (requires { item.empty(); }) {
    if (!item.empty()) keep(out, key, item);
  } else {
    if (item != T{}) keep(out, key, item);
  }
}

/// The names of the bits that are set in `mask`.
template <class T>
std::vector<std::string> names_of(Table<T> table, std::type_identity_t<T> mask) {
  std::vector<std::string> names;
  for (const auto& [name, bit] : table)
    if ((mask & bit) != 0) names.emplace_back(name);
  return names;
}

}  // namespace masu::spec
