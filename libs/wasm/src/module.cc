// SPDX-License-Identifier: Apache-2.0
#include "module.h"

namespace masu::wasm {
namespace {

// Past white space and comments, ";; … \n" and "(; … ;)", which may hold others.
std::string_view skip_blank(std::string_view text) {
  int depth = 0;
  while (!text.empty()) {
    if (text.starts_with("(;")) {
      ++depth;
      text.remove_prefix(2);
    } else if (depth > 0 && text.starts_with(";)")) {
      --depth;
      text.remove_prefix(2);
    } else if (depth == 0 && text.starts_with(";;")) {
      const auto end = text.find('\n');
      text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    } else if (depth > 0 || std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  return text;
}

}  // namespace

Form form_of(std::string_view bytes) {
  constexpr std::string_view kMagic("\0asm", 4), kVersion("\1\0\0\0", 4), kComponent("\1\0", 2);
  if (bytes.starts_with(kMagic)) {
    const auto version = bytes.substr(kMagic.size(), 4);
    if (version == kVersion) return Form::module;
    return version.size() == 4 && version.substr(2) == kComponent ? Form::component : Form::other;
  }
  return skip_blank(bytes).starts_with('(') ? Form::text : Form::other;
}

}  // namespace masu::wasm
