// SPDX-License-Identifier: Apache-2.0
//
// Digests of content as OCI writes them: "sha256:<64 hex digits>" (image-spec, descriptor.md). Only sha256
// and sha512 are registered, and hex is lower case: a digest is a name of a file in the store, so nothing
// else passes.
#pragma once

#include "masu/base/error.h"

#include <compare>
#include <string>
#include <string_view>

namespace masu::image {

class Digest {
 public:
  Digest() = default;
  /// Kind::usage for whatever is no digest.
  static Result<Digest> parse(std::string_view text);
  /// Of 64 hex digits.
  static Digest sha256(std::string_view hex);

  const std::string& text() const { return text_; }  ///< "sha256:…"
  std::string_view algorithm() const { return std::string_view(text_).substr(0, text_.find(':')); }
  std::string_view hex() const { return std::string_view(text_).substr(text_.find(':') + 1); }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace masu::image
