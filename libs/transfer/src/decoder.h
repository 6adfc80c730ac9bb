// SPDX-License-Identifier: Apache-2.0
//
// A file's content without its compression: gzip (of several members too), zstd, or none, as the first bytes
// say; media types are wrong too often.
#pragma once

#include "masu/base/error.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace masu::transfer {

class Decoder {
 public:
  /// Where compressed bytes come from; an empty view is the end. A view is good until the next call.
  using Source = std::function<Result<std::string_view>()>;
  explicit Decoder(Source source);
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  /// The next bytes; an empty view is the end. Kind::invalid_spec if the compression is damaged or cut off.
  Result<std::string_view> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The bytes of an open file, from where it stands.
Decoder::Source read_from(int fd);

}  // namespace masu::transfer
