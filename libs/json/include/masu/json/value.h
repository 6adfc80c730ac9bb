// SPDX-License-Identifier: Apache-2.0
//
// A parsed JSON document (RFC 8259), read-only. One buffer holds the text, in which strings are decoded in
// place, and one flat array holds the values in document order: two allocations, no tree of pointers. Numbers
// keep their text, so that 64-bit integers stay exact. A Value is a view: it lives as long as its Document.
#pragma once

#include "masu/base/error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::json {

enum class Type : std::uint8_t { null, boolean, number, string, array, object };
/// "a string", "an object" …, for messages.
std::string_view type_name(Type type);

class Elements;
class Members;
struct Member;

namespace detail {
/// One value. The values inside an array follow it, those of an object as key, value, key, value.
struct Node {
  union {
    const char* text;    // string (decoded) or number (as written)
    std::uint64_t span;  // array or object: nodes of it and of all below it, at least 1
    bool truth;          // boolean
  };
  std::uint32_t size;  // bytes of text, elements or members
  Type type;

  const Node* after() const { return this + (type >= Type::array ? span : 1); }
};
}  // namespace detail

class Value {
 public:
  explicit Value(const detail::Node* node) : node_(node) {}

  Type type() const { return node_->type; }
  bool is(Type type) const { return node_->type == type; }
  /// Of a boolean.
  bool boolean() const { return node_->truth; }
  /// Of a string: its characters, decoded, perhaps with NUL among them. Of a number: as it stands in the
  /// document.
  std::string_view text() const { return {node_->text, node_->size}; }
  /// Elements of an array, members of an object.
  std::size_t size() const { return node_->size; }
  Elements elements() const;  ///< of an array
  Members members() const;    ///< of an object, in the document's order, duplicates included
  /// The member of an object by name; of several with that name the last.
  std::optional<Value> find(std::string_view key) const;

  const detail::Node* node() const { return node_; }

 private:
  const detail::Node* node_;
};

struct Member {
  std::string_view key;
  Value value;
};

/// Range over the elements of an array.
class Elements {
 public:
  class Iterator {
   public:
    explicit Iterator(const detail::Node* node) : node_(node) {}
    Value operator*() const { return Value(node_); }
    Iterator& operator++() {
      node_ = node_->after();
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const detail::Node* node_;
  };
  explicit Elements(const detail::Node* array) : array_(array) {}
  Iterator begin() const { return Iterator(array_ + 1); }
  Iterator end() const { return Iterator(array_->after()); }

 private:
  const detail::Node* array_;
};

/// Range over the members of an object.
class Members {
 public:
  class Iterator {
   public:
    explicit Iterator(const detail::Node* key) : key_(key) {}
    Member operator*() const { return {Value(key_).text(), Value(key_ + 1)}; }
    Iterator& operator++() {
      key_ = (key_ + 1)->after();
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const detail::Node* key_;
  };
  explicit Members(const detail::Node* object) : object_(object) {}
  Iterator begin() const { return Iterator(object_ + 1); }
  Iterator end() const { return Iterator(object_->after()); }

 private:
  const detail::Node* object_;
};

inline Elements Value::elements() const { return Elements(node_); }
inline Members Value::members() const { return Members(node_); }

/// Arrays and objects inside each other are read down to this depth.
inline constexpr unsigned kMaxDepth = 128;
/// Longer documents are refused.
inline constexpr std::size_t kMaxBytes = 64u << 20;

class Document {
 public:
  /// Reads the whole of `text`. Refused with Kind::invalid_spec and "line 3, column 14: expected …, found …":
  /// whatever is not JSON in UTF-8, text after the value, and nesting or length above the limits.
  static Result<Document> parse(std::string_view text);

  Value root() const { return Value(nodes_.data()); }
  /// Where `value` stands in this document, as in "mounts[2].options[0]"; empty for the root. Costs a search.
  std::string path(Value value) const;

 private:
  Document() = default;
  std::vector<char>
      text_;  // not std::string: moving a short one would move its characters away from the nodes
  std::vector<detail::Node> nodes_;
};

/// "a.b", "b" for an empty `path`; a key that is not a plain name is quoted: annotations["org.x/y"].
std::string member_path(std::string path, std::string_view key);

}  // namespace masu::json
