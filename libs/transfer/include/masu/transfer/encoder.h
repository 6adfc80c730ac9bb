// SPDX-License-Identifier: Apache-2.0
//
// Compresses layers that go out.
#pragma once

#include "masu/base/error.h"
#include "masu/image/document.h"
#include "masu/store/store.h"

#include <string_view>

namespace masu::transfer {

struct Compression {
  enum class Form { gzip, zstd };
  Form form = Form::gzip;
  int level = 0;  ///< 0: the form's own default
};

/// What a file begins with: "gzip", "zstd", or "" for none. Reads from the file's beginning.
Result<std::string_view> compression_of(int file);

/// A file without a name in the store's folder, which goes when it is closed.
Result<sys::Fd> make_temporary(const store::Store& store);

/// The content of `from`, whatever its own compression, into `to`; yields digest and size of what was
/// written.
Result<image::Descriptor> compress(int from, int to, Compression how);
/// The same without compression.
Result<image::Descriptor> decompress(int from, int to);

}  // namespace masu::transfer
