// SPDX-License-Identifier: Apache-2.0
//
// Files as tar archives, with all that they have: owners, modes, times, attributes, devices, holes. Written
// as pax archives, in which whatever fits is plain ustar; read in any form, compressed or not.
#pragma once

#include "masu/base/error.h"
#include "masu/store/layer_writer.h"
#include "masu/store/read_tree.h"

#include <functional>
#include <memory>
#include <string_view>

namespace masu::transfer {

class ArchiveWriter {
 public:
  /// `take` gets the bytes of the archive.
  using Take = std::function<Result<>(std::string_view bytes)>;
  static Result<ArchiveWriter> open(Take take);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) noexcept;
  ~ArchiveWriter();

  Result<> begin(const store::Entry& entry);
  /// The content of a file, in the order of offsets; what is left out are zeros.
  Result<> write(std::string_view bytes, std::uint64_t offset);
  Result<> finish();

  store::EntrySink sink();

 private:
  struct State;
  explicit ArchiveWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Hands on the entries of an archive that is read from a file, and their content.
Result<> read_archive(int file, const store::EntrySink& sink);

}  // namespace masu::transfer
