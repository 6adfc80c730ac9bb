// SPDX-License-Identifier: Apache-2.0
//
// A template as a tree, and the values that its expressions have.
#pragma once

#include "masu/manager/template.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace masu::manager {

/// A value of an expression. Scalars of JSON become the C++ ones; a number that is no integer stays JSON.
using Item =
    std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<std::string>, json::Value>;

Item item_of(json::Value value);
/// As Go prints it: [a b], map[k:v].
std::string plain(const Item& item);
bool truth(const Item& item);

/// A function on its arguments; the last may have come through a pipe.
Result<Item> call_function(std::string_view name, const std::vector<Item>& arguments);
bool is_function(std::string_view name);

struct Operand {
  enum class Kind : std::uint8_t { field, variable, constant, pipeline };
  Kind kind = Kind::field;
  std::string name;               ///< of a variable: "$x"; "$" is the root
  std::vector<std::string> path;  ///< fields below the dot or the variable
  Item value;                     ///< of a constant
  std::vector<struct Stage> stages;
};

/// `name operands`, or one operand alone.
struct Stage {
  std::string function;
  std::vector<Operand> operands;
};

using Pipeline = std::vector<Stage>;

struct Template::Node {
  enum class Kind : std::uint8_t { list, text, print, condition, range, with, assign };
  Kind kind = Kind::list;
  std::string text;  ///< of text; of an action, as it was written, for messages
  Pipeline pipeline;
  std::string key, value;  ///< variables of range, or of an assignment
  std::vector<std::unique_ptr<Node>> children, otherwise;
};

}  // namespace masu::manager
