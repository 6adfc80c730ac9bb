// SPDX-License-Identifier: Apache-2.0
//
// Blobs from a registry into the store, each once: others that want the same one wait for it.
#pragma once

#include "masu/store/store.h"
#include "masu/transfer/progress.h"
#include "masu/transfer/registry.h"

namespace masu::transfer {

Result<> fetch_blob(const store::Store& store, Registry& registry, const image::Descriptor& what);

/// The blob and the layer that is in it, unpacked while it comes in.
Result<> fetch_layer(const store::Store& store, Registry& registry, const image::Descriptor& what,
                     const image::Digest& diff_id, const Reporter& report);

}  // namespace masu::transfer
