// SPDX-License-Identifier: Apache-2.0
//
// Two steps: the text becomes a tree of literals, and the tree gets types, since a literal's type may be said
// by its neighbour ("[1, uint64 2]").
#include "masu/dbus/text.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/dbus/signature.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

namespace masu::dbus {
namespace {

constexpr unsigned kDeepest = 32;

struct Node {
  enum class Kind { boolean, integer, real, string, bytes, array, dictionary, tuple, variant };
  Kind kind = Kind::boolean;
  std::string type;  ///< said in front of it; empty: to be found
  std::string text;  ///< of a string, bytes, or number without its sign
  bool negative = false;
  bool truth = false;
  std::vector<Node> items;  ///< of a dictionary: key, value, key, value …
};

struct Keyword {
  std::string_view word;
  char type;
};
constexpr Keyword kKeywords[] = {{"boolean", 'b'}, {"byte", 'y'},   {"int16", 'n'},      {"uint16", 'q'},
                                 {"int32", 'i'},   {"uint32", 'u'}, {"int64", 'x'},      {"uint64", 't'},
                                 {"double", 'd'},  {"string", 's'}, {"objectpath", 'o'}, {"signature", 'g'}};

// ---- text to literals ------------------------------------------------------------------------------------

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  Result<Node> parse() {
    Node node = TRY(value(0));
    skip_space();
    if (!rest_.empty()) return fail(error("there is more after the value"));
    return node;
  }

 private:
  Error error(std::string_view what) const {
    return Error::make(Kind::invalid_spec,
                       cat("value ", quote(text_), " at byte ", text_.size() - rest_.size(), ": ", what));
  }
  void skip_space() {
    const std::size_t at = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(at, rest_.size()));
  }
  bool take(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view word();
  Result<Node> value(unsigned depth);
  Result<Node> typed(std::string type, unsigned depth);
  Result<Node> keyword(unsigned depth);
  Result<Node> number();
  Result<Node> string(Node::Kind kind);
  Result<> escape(std::string& out, Node::Kind kind);
  Result<Node> list(Node::Kind kind, char end, unsigned depth);

  std::string_view text_;
  std::string_view rest_;
};

std::string_view Parser::word() {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto end = std::ranges::find_if_not(rest_, is_part);
  const std::string_view found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
  rest_.remove_prefix(found.size());
  return found;
}

Result<Node> Parser::value(unsigned depth) {
  if (depth > kDeepest) return fail(error("values are nested too deep"));
  skip_space();
  if (rest_.empty()) return fail(error("a value is missing"));
  const char c = rest_.front();
  if (c == '@') {
    rest_.remove_prefix(1);
    const std::size_t length = first_type(rest_);
    if (length == 0) return fail(error("a type must follow '@'"));
    const std::string type(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return typed(type, depth);
  }
  if (c == '[') return list(Node::Kind::array, ']', depth);
  if (c == '(') return list(Node::Kind::tuple, ')', depth);
  if (c == '{') return list(Node::Kind::dictionary, '}', depth);
  if (c == '<') return list(Node::Kind::variant, '>', depth);
  if (c == '\'' || c == '"') return string(Node::Kind::string);
  if (c == 'b' && rest_.size() > 1 && (rest_[1] == '\'' || rest_[1] == '"')) {
    rest_.remove_prefix(1);
    return string(Node::Kind::bytes);
  }
  if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.') return number();
  return keyword(depth);
}

Result<Node> Parser::typed(std::string type, unsigned depth) {
  Node node = TRY(value(depth + 1));
  if (!node.type.empty() && node.type != type) return fail(error("two types for one value"));
  node.type = std::move(type);
  return node;
}

Result<Node> Parser::keyword(unsigned depth) {
  const std::string_view before = rest_;
  const std::string_view found = word();
  Node node;
  if (found == "true" || found == "false") {
    node.truth = found == "true";
    return node;
  }
  if (found == "inf" || found == "nan") {
    rest_ = before;
    return number();
  }
  for (const Keyword& entry : kKeywords)
    if (entry.word == found) return typed(std::string(1, entry.type), depth);
  rest_ = before;
  return fail(error("expected a value: true, 1, 'text', [...], (...), {...} or <...>; text needs quotes"));
}

Result<Node> Parser::number() {
  Node node{.kind = Node::Kind::integer};
  if (rest_.front() == '-' || rest_.front() == '+') {
    node.negative = rest_.front() == '-';
    rest_.remove_prefix(1);
  }
  const bool hexadecimal = rest_.starts_with("0x") || rest_.starts_with("0X");
  const auto is_part = [&](std::size_t at) {
    const char c = rest_[at];
    const bool exponent_sign =
        (c == '-' || c == '+') && at > 0 && !hexadecimal && (rest_[at - 1] == 'e' || rest_[at - 1] == 'E');
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           exponent_sign;
  };
  std::size_t length = 0;
  while (length < rest_.size() && is_part(length)) ++length;
  node.text = rest_.substr(0, length);
  if (!hexadecimal && node.text.find_first_of(".eEin") != std::string::npos) node.kind = Node::Kind::real;
  if (node.text.empty()) return fail(error("digits are missing"));
  rest_.remove_prefix(length);
  return node;
}

Result<Node> Parser::string(Node::Kind kind) {
  Node node{.kind = kind};
  const char end = rest_.front();
  rest_.remove_prefix(1);
  for (;;) {
    if (rest_.empty()) return fail(error("the closing quote is missing"));
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == end) return node;
    if (c == '\\')
      TRY(escape(node.text, kind));
    else
      node.text.push_back(c);
  }
}

/// What follows a backslash: C's escapes, \uXXXX and \UXXXXXXXX, in bytes \NNN, or the character itself.
Result<> Parser::escape(std::string& out, Node::Kind kind) {
  if (rest_.empty()) return fail(error("the closing quote is missing"));
  const char c = rest_.front();
  if (kind == Node::Kind::bytes && c >= '0' && c <= '7') {
    std::size_t length = 1;
    while (length < 3 && length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '7') ++length;
    const auto byte = text::parse_int<unsigned char>(rest_.substr(0, length), 8);
    if (!byte) return fail(error("an octal escape is greater than a byte"));
    out.push_back(static_cast<char>(*byte));
    rest_.remove_prefix(length);
    return {};
  }
  rest_.remove_prefix(1);
  if (c == 'u' || c == 'U') {
    const std::size_t digits = c == 'u' ? 4 : 8;
    const auto code = text::parse_int<std::uint32_t>(rest_.substr(0, digits), 16);
    if (rest_.size() < digits || !code || *code == 0 || *code > 0x10ffff)
      return fail(error("a bad \\u escape"));
    append_utf8(out, *code);
    rest_.remove_prefix(digits);
    return {};
  }
  constexpr std::string_view kLetters = "abfnrtv", kMeanings = "\a\b\f\n\r\t\v";
  const std::size_t at = kLetters.find(c);
  if (c != '\n')
    out.push_back(at == std::string_view::npos ? c : kMeanings[at]);  // a newline is a continuation
  return {};
}

Result<Node> Parser::list(Node::Kind kind, char end, unsigned depth) {
  Node node{.kind = kind};
  rest_.remove_prefix(1);
  while (!take(end)) {
    if (!node.items.empty() && !take(','))
      return fail(error(cat("expected ',' or '", std::string_view(&end, 1), "'")));
    if (kind == Node::Kind::tuple && node.items.size() == 1 && take(end)) return node;  // "(1,)"
    node.items.push_back(TRY(value(depth + 1)));
    if (kind == Node::Kind::variant && !rest_.empty()) {
      if (!take(end)) return fail(error("expected '>'"));
      return node;
    }
    if (kind != Node::Kind::dictionary) continue;
    if (!take(':')) return fail(error("expected ':' after a key"));
    node.items.push_back(TRY(value(depth + 1)));
  }
  if (node.items.empty() && (kind == Node::Kind::tuple || kind == Node::Kind::variant))
    return fail(error("it must not be empty"));
  return node;
}

// ---- literals to values ----------------------------------------------------------------------------------

Error mismatch(std::string_view what) { return Error::make(Kind::invalid_spec, std::string(what)); }

Result<std::string> find_type(const Node& node);

/// The type of the items in a row, of every `step`th from `first` on.
Result<std::string> common_type(const std::vector<Node>& items, std::size_t first, std::size_t step) {
  if (items.empty())
    return fail(mismatch("the type of an empty list must be said").hint("for example: @as []"));
  std::string type;
  for (std::size_t i = first; i < items.size(); i += step) {
    std::string own = TRY(find_type(items[i]));
    if (!items[i].type.empty()) return own;
    if (type.empty() || (type == "i" && own == "d")) type = own;
  }
  return type;
}

Result<std::string> find_type(const Node& node) {
  if (!node.type.empty()) return node.type;
  switch (node.kind) {
    case Node::Kind::boolean:
      return "b";
    case Node::Kind::integer:
      return "i";
    case Node::Kind::real:
      return "d";
    case Node::Kind::string:
      return "s";
    case Node::Kind::bytes:
      return "ay";
    case Node::Kind::variant:
      return "v";
    case Node::Kind::array:
      return cat("a", TRY(common_type(node.items, 0, 1)));
    case Node::Kind::dictionary:
      return cat("a{", TRY(common_type(node.items, 0, 2)), TRY(common_type(node.items, 1, 2)), "}");
    case Node::Kind::tuple: {
      std::string type = "(";
      for (const Node& item : node.items) type += TRY(find_type(item));
      return type + ")";
    }
  }
  return fail(mismatch("a value of no known type"));
}

struct Range {
  char type;
  std::uint64_t below;  ///< the greatest magnitude of a negative number
  std::uint64_t above;
};
template <class T>
constexpr Range range_of(char type) {
  const auto above = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  return {type, std::is_signed_v<T> ? above + 1 : 0, above};
}
constexpr Range kRanges[] = {range_of<std::uint8_t>('y'),  range_of<std::int16_t>('n'),
                             range_of<std::uint16_t>('q'), range_of<std::int32_t>('i'),
                             range_of<std::uint32_t>('u'), range_of<std::int64_t>('x'),
                             range_of<std::uint64_t>('t')};

/// As C reads it: 10, 0x1f, 017.
std::optional<std::uint64_t> magnitude_of(std::string_view digits) {
  if (digits.starts_with("0x") || digits.starts_with("0X"))
    return text::parse_int<std::uint64_t>(digits.substr(2), 16);
  if (digits.size() > 1 && digits.front() == '0') return text::parse_int<std::uint64_t>(digits.substr(1), 8);
  return text::parse_int<std::uint64_t>(digits);
}

Result<Value> make_integer(const Node& node, const Range& range) {
  const auto magnitude = magnitude_of(node.text);
  if (!magnitude) return fail(mismatch(cat(quote(node.text), " is no integer of 64 bits")));
  if (*magnitude > (node.negative ? range.below : range.above))
    return fail(
        mismatch(cat(node.negative ? "-" : "", node.text, " is out of the range of type '",
                     std::string_view(&range.type, 1), "'"))
            .hint(range.type == 'i' && node.type.empty() ? "say a greater type before it: uint64 N" : ""));
  return Value::number(range.type, node.negative ? ~*magnitude + 1 : *magnitude);
}

Result<Value> make_real(const Node& node) {
  // strtod, since libc++ has no from_chars for it; the text holds no blanks, and no program of ours sets a
  // locale.
  char* end = nullptr;
  const double value = std::strtod(node.text.c_str(), &end);
  if (node.text.empty() || *end != '\0') return fail(mismatch(cat(quote(node.text), " is no number")));
  return Value::real(node.negative ? -value : value);
}

Result<Value> make(const Node& node, std::string_view type);

Error wrong(const Node& node, std::string_view type) {
  constexpr std::string_view kNames[] = {"a boolean",    "an integer",    "a number with a fraction",
                                         "a text",       "a byte string", "an array",
                                         "a dictionary", "a tuple",       "a variant"};
  return mismatch(
      cat(kNames[static_cast<std::size_t>(node.kind)], " stands where type '", type, "' is wanted"));
}

Result<Value> make_array(const Node& node, std::string_view element) {
  if (element == "y") {
    std::string bytes;
    for (const Node& item : node.items) bytes.push_back(static_cast<char>(TRY(make(item, element)).number()));
    return Value::bytes(std::move(bytes));
  }
  Value::Items items;
  for (const Node& item : node.items) items.push_back(TRY(make(item, element)));
  return Value::array(element, std::move(items));
}

Result<Value> make_dictionary(const Node& node, std::string_view element) {
  const std::string_view key = element.substr(1, 1), value = element.substr(2, element.size() - 3);
  Value::Items items;
  for (std::size_t i = 0; i < node.items.size(); i += 2)
    items.push_back(Value::entry(TRY(make(node.items[i], key)), TRY(make(node.items[i + 1], value))));
  return Value::array(element, std::move(items));
}

Result<Value> make_tuple(const Node& node, std::string_view type) {
  std::string_view rest = type.substr(1, type.size() - 2);
  Value::Items items;
  for (const Node& item : node.items) {
    const std::size_t length = first_type(rest);
    if (length == 0) return fail(wrong(node, type));
    items.push_back(TRY(make(item, rest.substr(0, length))));
    rest.remove_prefix(length);
  }
  if (!rest.empty()) return fail(wrong(node, type));
  return Value::structure(std::move(items));
}

Result<Value> make_variant(const Node& node) {
  const Node& inner = node.items.front();
  const std::string type = TRY(find_type(inner));
  return Value::variant(TRY(make(inner, type)));
}

Result<Value> make_text(const Node& node, char type) {
  if (type == 'o' && is_object_path(node.text)) return Value::object_path(node.text);
  if (type == 'g' && is_signature(node.text)) return Value::type_signature(node.text);
  if (type == 's' && is_text(node.text)) return Value::string(node.text);
  return fail(mismatch(cat(quote(node.text), type == 'o'   ? " is no object path"
                                             : type == 'g' ? " is no signature"
                                                           : " is no UTF-8 text")));
}

Result<Value> make(const Node& node, std::string_view type) {
  if (!node.type.empty() && node.type != type)
    return fail(mismatch(cat("a value of type '", node.type, "' stands where '", type, "' is wanted")));
  const auto range = std::ranges::find(kRanges, type.front(), &Range::type);
  switch (node.kind) {
    case Node::Kind::boolean:
      if (type == "b") return Value::boolean(node.truth);
      break;
    case Node::Kind::integer:
      if (range != std::end(kRanges)) return make_integer(node, *range);
      if (type == "d") return make_real(node);
      break;
    case Node::Kind::real:
      if (type == "d") return make_real(node);
      break;
    case Node::Kind::string:
      if (type == "s" || type == "o" || type == "g") return make_text(node, type.front());
      break;
    case Node::Kind::bytes:
      if (type == "ay") return Value::bytes(node.text + '\0');  // byte strings are C strings in that format
      break;
    case Node::Kind::array:
      if (type.starts_with('a') && !type.starts_with("a{")) return make_array(node, type.substr(1));
      break;
    case Node::Kind::dictionary:
      if (type.starts_with("a{")) return make_dictionary(node, type.substr(1));
      break;
    case Node::Kind::tuple:
      if (type.starts_with('(')) return make_tuple(node, type);
      break;
    case Node::Kind::variant:
      if (type == "v") return make_variant(node);
      break;
  }
  return fail(wrong(node, type));
}

}  // namespace

Result<Value> parse_value(std::string_view text) {
  const Node node = TRY(Parser(text).parse());
  const std::string type = TRY_IN(find_type(node), cat("value ", quote(text)));
  // A dictionary's key may be of a type that no key can have, and a nest of types too long for a signature.
  if (!is_single_type(type))
    return fail(
        Error::make(Kind::invalid_spec, cat("value ", quote(text), ": D-Bus has no type '", type, "'")));
  return TRY_IN(make(node, type), cat("value ", quote(text)));
}

}  // namespace masu::dbus
