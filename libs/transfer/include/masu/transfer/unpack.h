// SPDX-License-Identifier: Apache-2.0
//
// Unpacks layers: decompressed, hashed and written in one pass.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"

namespace masu::transfer {

/// Makes the layer that images share from its blob, unless it is there. Its files are seen once they are all
/// there and the digest of the tar archive is `diff_id`. Others that want the same layer wait. A layer that
/// needs those below it is left to unpack_above().
Result<> unpack_layer(const store::Store& store, const image::Digest& blob, const image::Digest& diff_id);

/// From the bottom, the layers of the image that are missing, each with those below it in sight.
Result<> unpack_above(const store::Store& store, const store::Image& image);

/// Unpacks all layers of an image whose blobs are in the store, several at a time, and names it.
Result<> finish_image(const store::Store& store, const image::Reference* name, const image::Digest& manifest);

}  // namespace masu::transfer
