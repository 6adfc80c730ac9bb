// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 and SHA-512 as bytes come in, by OpenSSL, which uses the processor's own instructions.
#pragma once

#include "masu/base/error.h"
#include "masu/image/digest.h"

#include <memory>
#include <string_view>

namespace masu::transfer {

class Hash {
 public:
  /// "sha256", "sha512".
  static Result<Hash> make(std::string_view algorithm);
  Hash(Hash&&) noexcept;
  Hash& operator=(Hash&&) noexcept;
  ~Hash();

  void update(std::string_view bytes);
  /// Of all bytes so far; the hash is used up.
  image::Digest finish();

 private:
  struct State;
  explicit Hash(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

image::Digest sha256(std::string_view bytes);

}  // namespace masu::transfer
