// SPDX-License-Identifier: Apache-2.0
//
// name=value&name=value: the query of a URL, and a body of type application/x-www-form-urlencoded.
#pragma once

#include "masu/base/error.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace masu::http {

class Form {
 public:
  /// Kind::usage for an escape that is none: "%zz".
  static Result<Form> parse(std::string_view text);

  /// The last value of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view value(std::string_view name, std::string_view otherwise = {}) const;
  /// "1", "true", "yes" and the name alone are true, "0", "false" and "no" are not; anything else is
  /// Kind::usage.
  Result<bool> flag(std::string_view name, bool otherwise) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }
  /// Takes the fields of another form behind its own.
  void append(Form other);

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// "a%20b" → "a b"; with `plus`, "+" is a space too.
Result<std::string> unescape(std::string_view text, bool plus);

}  // namespace masu::http
