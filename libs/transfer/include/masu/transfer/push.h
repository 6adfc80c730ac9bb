// SPDX-License-Identifier: Apache-2.0
//
// Sends an image to a registry: its layers side by side, what is there already not again, and the manifest
// last, so that a name never leads to what is not there.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"
#include "masu/transfer/encoder.h"
#include "masu/transfer/progress.h"
#include "masu/transfer/registry.h"

namespace masu::transfer {

struct PushOptions {
  RegistryOptions registry;
  /// For layers that are not compressed, which archives of docker have; with `recompress` for all.
  Compression compression;
  bool recompress = false;
  /// Of Docker's (v2s2) or of OCI's types; as it is if nothing is asked for.
  enum class Form { as_it_is, oci, docker };
  Form form = Form::as_it_is;
  Reporter report;
};

/// The digest of the manifest there, which is the store's if nothing had to be changed.
Result<image::Digest> push(const store::Store& store, const store::Image& image, const image::Reference& to,
                           PushOptions options);

}  // namespace masu::transfer
