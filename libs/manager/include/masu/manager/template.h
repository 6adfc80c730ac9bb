// SPDX-License-Identifier: Apache-2.0
//
// The part of Go's templates (text/template) that scripts use with --format: fields, variables of range, if,
// else, with, range, pipelines, and the functions json index len join split upper lower title println print
// printf truncate eq ne lt le gt ge and or not. Spaces are trimmed by "{{-" and "-}}".
#pragma once

#include "masu/base/error.h"
#include "masu/json/value.h"

#include <memory>
#include <string>
#include <string_view>

namespace masu::manager {

class Template {
 public:
  /// Kind::usage for what is no template, with the action that is wrong.
  static Result<Template> parse(std::string_view text);
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

  /// Kind::usage for a field that is not there, unless a condition asks for it.
  Result<std::string> expand(json::Value root) const;

 private:
  struct Node;
  friend class TemplateParser;
  friend class TemplateRun;
  explicit Template(std::unique_ptr<Node> root);
  std::unique_ptr<Node> root_;
};

/// Writes a value as it was read.
std::string to_json(json::Value value);

}  // namespace masu::manager
