// SPDX-License-Identifier: Apache-2.0
//
// Unpacking from bytes that may still be on their way.
#pragma once

#include "decoder.h"
#include "masu/store/layer_writer.h"
#include "masu/store/store.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace masu::transfer {

/// A file that one thread writes and another reads. The bytes between them are in the page cache, and so
/// their number is no matter.
class GrowingFile {
 public:
  /// From the writer: how many bytes there are. Fewer than before: they are others now.
  void grow(std::uint64_t size);
  /// From the writer: there will be no more.
  void end(bool whole);
  /// For the reader, once. An empty view is the end of a whole file; Kind::invalid_state if it was begun
  /// again, or broken off.
  Decoder::Source source(int file);

 private:
  Result<std::uint64_t> wait_beyond(std::uint64_t position);
  std::mutex mutex_;
  std::condition_variable moved_;
  std::uint64_t size_ = 0;
  bool ended_ = false, broken_ = false;
};

/// Writes a layer's archive, compressed or not, and yields the digest of what it is without compression.
Result<image::Digest> write_layer(Decoder::Source source, store::LayerWriter& writer,
                                  std::string_view algorithm);

/// Makes the layer that images share from a source; the caller holds the layer's lock. Not if it has hard
/// links to files of layers below, which is no failure: unpack_above() does those.
Result<> unpack_from(const store::Store& store, Decoder::Source source, const image::Digest& blob,
                     const image::Digest& diff_id);
Result<store::Lock> lock_layer(const store::Store& store, const std::string& name);

}  // namespace masu::transfer
