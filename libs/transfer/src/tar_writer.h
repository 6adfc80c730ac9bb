// SPDX-License-Identifier: Apache-2.0
//
// Writes a tar archive (ustar, with pax headers where that is too small), by libarchive. Entries have no
// times and no owners.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace masu::transfer {

class TarWriter {
 public:
  /// To an open file.
  static Result<TarWriter> open(int file);
  TarWriter(TarWriter&&) noexcept;
  TarWriter& operator=(TarWriter&&) noexcept;
  ~TarWriter();

  Result<> folder(const std::string& name);
  Result<> file(const std::string& name, std::string_view content);
  /// `size` bytes of an open file, from its beginning.
  Result<> copy(const std::string& name, int file, std::uint64_t size);
  Result<> finish();

 private:
  struct State;
  explicit TarWriter(std::unique_ptr<State> state);
  Result<> header(const std::string& name, unsigned type, unsigned mode, std::uint64_t size);
  std::unique_ptr<State> state_;
};

}  // namespace masu::transfer
