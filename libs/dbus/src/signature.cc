// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/signature.h"

#include <algorithm>
#include <cstdint>

namespace masu::dbus {
namespace {

constexpr std::size_t kLongest = 255;
constexpr std::string_view kBasic = "ybnqiuxtdsogh";

bool is_basic(char type) { return kBasic.find(type) != std::string_view::npos; }

struct Nesting {
  unsigned arrays = 0;
  unsigned structs = 0;
};

// Recursion ends at twice 32 levels, whatever the input.
std::size_t type_at(std::string_view text, Nesting nesting, bool in_array);

std::size_t struct_at(std::string_view text, Nesting nesting) {
  std::size_t at = 1;
  while (at < text.size() && text[at] != ')') {
    const std::size_t length = type_at(text.substr(at), nesting, false);
    if (length == 0) return 0;
    at += length;
  }
  return at < text.size() && at > 1 ? at + 1 : 0;  // an empty struct is not allowed
}

std::size_t entry_at(std::string_view text, Nesting nesting) {
  if (text.size() < 2 || !is_basic(text[1])) return 0;
  const std::size_t value = type_at(text.substr(2), nesting, false);
  return value != 0 && value + 2 < text.size() && text[value + 2] == '}' ? value + 3 : 0;
}

std::size_t type_at(std::string_view text, Nesting nesting, bool in_array) {
  if (text.empty()) return 0;
  const char type = text.front();
  if (is_basic(type) || type == 'v') return 1;
  if (type == 'a') {
    if (++nesting.arrays > kMaxNesting) return 0;
    const std::size_t element = type_at(text.substr(1), nesting, true);
    return element == 0 ? 0 : element + 1;
  }
  if (type != '(' && !(type == '{' && in_array)) return 0;
  if (++nesting.structs > kMaxNesting) return 0;
  return type == '(' ? struct_at(text, nesting) : entry_at(text, nesting);
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// The length of the UTF-8 character at the front; 0 if there is none.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return first == 0 ? 0 : 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  if (!std::ranges::all_of(text.substr(1, length - 1), is_continuation)) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f;
  const bool beyond = first == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

std::size_t first_type(std::string_view signature) { return type_at(signature, {}, false); }

bool is_signature(std::string_view signature) {
  if (signature.size() > kLongest) return false;
  while (!signature.empty()) {
    const std::size_t length = first_type(signature);
    if (length == 0) return false;
    signature.remove_prefix(length);
  }
  return true;
}

bool is_single_type(std::string_view signature) {
  return !signature.empty() && signature.size() <= kLongest && first_type(signature) == signature.size();
}

std::size_t alignment(char type) {
  switch (type) {
    case 'n':
    case 'q':
      return 2;
    case 'b':
    case 'i':
    case 'u':
    case 's':
    case 'o':
    case 'a':
    case 'h':
      return 4;
    case 'x':
    case 't':
    case 'd':
    case '(':
    case '{':
      return 8;
    default:  // y, g, v
      return 1;
  }
}

bool is_object_path(std::string_view path) {
  if (path == "/") return true;
  if (path.empty() || path.front() != '/' || path.back() == '/') return false;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const char c = path[i];
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!letter && (c != '/' || path[i - 1] == '/')) return false;
  }
  return true;
}

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace masu::dbus
