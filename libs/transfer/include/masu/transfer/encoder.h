// SPDX-License-Identifier: Apache-2.0
//
// Compresses layers that go out, or that are made.
#pragma once

#include "masu/base/error.h"
#include "masu/image/document.h"
#include "masu/store/store.h"

#include <memory>
#include <string>
#include <string_view>

namespace masu::transfer {

struct Compression {
  enum class Form { gzip, zstd };
  Form form = Form::gzip;
  int level = 0;  ///< 0: the form's own default
};

/// What a file begins with: "gzip", "zstd", or "" for none. Reads from the file's beginning.
Result<std::string_view> compression_of(int file);

/// The media type of a layer that is so compressed.
std::string layer_type(bool docker, std::string_view compression);

/// A file without a name in the store's folder, which goes when it is closed.
Result<sys::Fd> make_temporary(const store::Store& store);

/// The content of `from`, whatever its own compression, into `to`; yields digest and size of what was
/// written.
Result<image::Descriptor> compress(int from, int to, Compression how);
/// The same without compression.
Result<image::Descriptor> decompress(int from, int to);

struct WrittenLayer {
  image::Descriptor blob;
  image::Digest diff_id;
};

/// A new layer's archive on its way into an open file: compressed by gzip and hashed on both sides of that.
class LayerFile {
 public:
  static Result<LayerFile> open(int file);
  LayerFile(LayerFile&&) noexcept;
  LayerFile& operator=(LayerFile&&) noexcept;
  ~LayerFile();

  Result<> write(std::string_view bytes);
  Result<WrittenLayer> finish();

 private:
  struct State;
  explicit LayerFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace masu::transfer
