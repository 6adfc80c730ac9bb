// SPDX-License-Identifier: Apache-2.0
//
// The only file that knows RapidJSON: its SAX reader drives the Builder below. (Its own DOM, document.h, is
// not used: it copies, loses the order of nothing but the exactness of large integers, and newer compilers
// refuse it.)
#include "masu/json/value.h"

#include "masu/base/text.h"

#include <rapidjson/reader.h>

#include <cstring>

namespace masu::json {
namespace {

// One NUL ends the text; the reader looks up to three bytes beyond it when a UTF-8 sequence is cut off there.
constexpr std::size_t kPadding = 4;

// Receives the reader's events in document order and appends a node for each.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  explicit Builder(std::vector<detail::Node>& nodes) : nodes_(nodes) {}

  bool too_deep() const { return depth_ > kMaxDepth; }
  bool has_half_pair() const { return half_pair_; }

  bool Null() { return append({.text = nullptr, .size = 0, .type = Type::null}); }
  bool Bool(bool truth) { return append({.truth = truth, .size = 0, .type = Type::boolean}); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return append({.text = text, .size = size, .type = Type::number});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    half_pair_ = has_surrogate({text, size});
    return !half_pair_ && append({.text = text, .size = size, .type = Type::string});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
  bool StartObject() { return open(Type::object); }
  bool EndObject(rapidjson::SizeType members) { return close(members); }
  bool StartArray() { return open(Type::array); }
  bool EndArray(rapidjson::SizeType elements) { return close(elements); }

 private:
  bool append(const detail::Node& node) {
    nodes_.push_back(node);
    return true;
  }
  // While a container is open, its `span` holds the index of the one around it.
  bool open(Type type) {
    if (++depth_ > kMaxDepth) return false;
    nodes_.push_back({.span = open_, .size = 0, .type = type});
    open_ = nodes_.size() - 1;
    return true;
  }
  bool close(rapidjson::SizeType size) {
    --depth_;
    detail::Node& node = nodes_[open_];
    const std::size_t outer = node.span;
    node.span = nodes_.size() - open_;
    node.size = size;
    open_ = outer;
    return true;
  }

  // The second half of a surrogate pair, escaped and alone, passes the reader, and is no UTF-8 (RFC 3629, 3).
  static bool has_surrogate(std::string_view text) {
    for (auto at = text.find('\xED'); at != text.npos; at = text.find('\xED', at + 1))
      if (static_cast<unsigned char>(text[at + 1]) >= 0xA0)
        return true;  // never the last byte: the rest is valid
    return false;
  }

  std::vector<detail::Node>& nodes_;
  bool half_pair_ = false;
  std::size_t open_ = 0;
  unsigned depth_ = 0;
};

// What the reader wanted where `rest` stands.
std::string_view expectation(rapidjson::ParseErrorCode code, std::string_view rest) {
  switch (code) {
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "expected the end of the document";
    case rapidjson::kParseErrorObjectMissName:
      return "expected a member's name in double quotes";
    case rapidjson::kParseErrorObjectMissColon:
      return "expected ':'";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "expected ',' or '}'";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "expected ',' or ']'";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "expected four hexadecimal digits after \\u";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return "expected a pair of surrogates";
    case rapidjson::kParseErrorStringEscapeInvalid:  // its code for a bare control character, too
      return rest.starts_with('\\') ? "expected a known escape after the backslash"
                                    : "expected no control character in a string";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "expected '\"' at the end of the string";
    case rapidjson::kParseErrorStringInvalidEncoding:
      return "expected UTF-8";
    case rapidjson::kParseErrorNumberMissFraction:
      return "expected a digit after the decimal point";
    case rapidjson::kParseErrorNumberMissExponent:
      return "expected a digit in the exponent";
    case rapidjson::kParseErrorNumberTooBig:
      return "expected a number within the range of a double";
    default:
      return "expected a value";
  }
}

// "line 3, column 14": counted from 1, the column in bytes.
std::string position(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++line;
      line_start = i + 1;
    }
  }
  return cat("line ", line, ", column ", offset - line_start + 1);
}

std::string found(std::string_view text, std::size_t offset) {
  return offset < text.size() ? quote(text.substr(offset, 1)) : std::string("the end");
}

Error refusal(std::string_view text, std::size_t offset, std::string_view expected) {
  return Error::spec("", cat(position(text, offset), ": ", expected, ", found ", found(text, offset)));
}

bool is_plain_name(std::string_view key) {
  for (char c : key) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!plain) return false;
  }
  return !key.empty();
}

}  // namespace

std::string_view type_name(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "a boolean";
    case Type::number:
      return "a number";
    case Type::string:
      return "a string";
    case Type::array:
      return "an array";
    case Type::object:
      return "an object";
  }
  return "nothing";
}

std::optional<Value> Value::find(std::string_view key) const {
  std::optional<Value> last;
  for (const auto [name, value] : members())
    if (name == key) last = value;
  return last;
}

Result<Document> Document::parse(std::string_view text) {
  if (text.size() > kMaxBytes)
    return fail(Error::spec("", cat("the document is longer than ", kMaxBytes, " bytes")));
  // The reader takes NUL for the end of its input.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return fail(refusal(text, nul, "expected JSON text"));

  Document document;
  document.text_.reserve(text.size() + kPadding);
  document.text_.assign(text.begin(), text.end());
  document.text_.resize(text.size() + kPadding, '\0');
  document.nodes_.reserve(text.size() / 8 + 1);  // more than config.json has, be it indented or compact

  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  Builder builder(document.nodes_);
  rapidjson::InsituStringStream stream(document.text_.data());
  const auto result = rapidjson::Reader().Parse<kFlags>(stream, builder);
  if (!result) {
    if (builder.too_deep())
      return fail(Error::spec(
          "", cat(position(text, result.Offset() - 1), ": nested deeper than ", kMaxDepth, " levels")));
    if (builder.has_half_pair())
      return fail(Error::spec("", cat(position(text, result.Offset() - 1),
                                      ": half a pair of surrogates in the string that ends here")));
    return fail(refusal(text, result.Offset(), expectation(result.Code(), text.substr(result.Offset()))));
  }
  return document;
}

std::string member_path(std::string path, std::string_view key) {
  if (is_plain_name(key)) {
    if (!path.empty()) path += '.';
    return path += key;
  }
  path += '[';
  text::append_json_string(path, key);
  return path += ']';
}

std::string Document::path(Value value) const {
  std::string path;
  Value at = root();
  while (at.node() != value.node()) {  // each turn goes one level down, into the child that holds `value`
    const detail::Node* child = at.node() + 1;
    if (at.is(Type::array)) {
      std::size_t index = 0;
      for (; child->after() <= value.node(); child = child->after()) ++index;
      path += cat("[", index, "]");
    } else {
      while ((child + 1)->after() <= value.node()) child = (child + 1)->after();
      path = member_path(std::move(path), Value(child).text());
      ++child;
    }
    at = Value(child);
  }
  return path;
}

}  // namespace masu::json
