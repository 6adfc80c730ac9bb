// SPDX-License-Identifier: Apache-2.0
//
// Reads a tar archive by libarchive, which knows all forms of it: ustar, pax, GNU, V7, sparse files. Only
// reading: what is written, and where, is the store's matter.
#pragma once

#include "decoder.h"
#include "masu/base/error.h"
#include "masu/store/layer_writer.h"

#include <memory>
#include <optional>

namespace masu::transfer {

class TarReader {
 public:
  /// `source` yields the archive without compression.
  static Result<TarReader> open(Decoder::Source source);
  TarReader(TarReader&&) noexcept;
  TarReader& operator=(TarReader&&) noexcept;
  ~TarReader();

  /// The next entry, or nothing at the end.
  Result<std::optional<store::Entry>> next();
  struct Block {
    std::string_view bytes;
    std::uint64_t offset = 0;
  };
  /// The next block of the entry's content, or nothing at its end.
  Result<std::optional<Block>> next_block();

 private:
  struct State;
  explicit TarReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace masu::transfer
