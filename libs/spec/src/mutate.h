// SPDX-License-Identifier: Apache-2.0
//
// For tests: the full config (full_config.h) with one of its values replaced.
#pragma once

#include "full_config.h"
#include "masu/json/value.h"
#include "masu/json/writer.h"

#include <functional>
#include <string>
#include <string_view>

namespace masu::spec {

inline const json::Document& full_document() {
  static const json::Document document = *json::Document::parse(kFullConfig);
  return document;
}

/// Calls `visit` for the value and for all inside it; `member` tells that the value is a member of an object.
inline void walk(json::Value value, bool member, const std::function<void(json::Value, bool)>& visit) {
  visit(value, member);
  if (value.is(json::Type::array))
    for (const auto element : value.elements()) walk(element, false, visit);
  if (value.is(json::Type::object))
    for (const auto [key, inner] : value.members()) walk(inner, true, visit);
}

/// Writes `value` with `target` inside it replaced by the JSON text `replacement`, or left out if that is
/// empty.
inline void rewrite(json::Writer& out, json::Value value, const json::detail::Node* target,
                    std::string_view replacement) {
  if (value.node() == target) {
    out.raw(replacement);
  } else if (value.is(json::Type::array)) {
    out.begin_array();
    for (const auto element : value.elements()) rewrite(out, element, target, replacement);
    out.end_array();
  } else if (value.is(json::Type::object)) {
    out.begin_object();
    for (const auto [key, inner] : value.members()) {
      if (inner.node() == target && replacement.empty()) continue;
      out.key(key);
      rewrite(out, inner, target, replacement);
    }
    out.end_object();
  } else if (value.is(json::Type::string)) {
    out.value(value.text());
  } else if (value.is(json::Type::boolean)) {
    out.value(value.boolean());
  } else {
    out.raw(value.is(json::Type::null) ? "null" : value.text());
  }
}
/// The text of `within`, a part of the full config or all of it, with `target` replaced.
inline std::string with(json::Value target, std::string_view replacement, json::Value within) {
  std::string text;
  json::Writer out(text);
  rewrite(out, within, target.node(), replacement);
  return text;
}
inline std::string with(json::Value target, std::string_view replacement) {
  return with(target, replacement, full_document().root());
}

}  // namespace masu::spec
