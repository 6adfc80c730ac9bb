// SPDX-License-Identifier: Apache-2.0
//
// Registries (distribution-spec 1.1) over libcurl: manifests and blobs, with anonymous, Basic and Bearer
// authentication.
#pragma once

#include "masu/base/error.h"
#include "masu/image/document.h"
#include "masu/image/reference.h"
#include "masu/transfer/blob.h"
#include "masu/transfer/credentials.h"

#include <functional>
#include <memory>
#include <string>

namespace masu::transfer {

struct RegistryOptions {
  Credentials credentials;   ///< empty: anonymous
  bool verify_tls = true;    ///< otherwise any certificate, and plain http, will do
  std::string certificates;  ///< a folder with *.crt, *.cert and *.key, besides those of /etc
};

class Registry {
 public:
  static Result<Registry> open(const image::Reference& name, RegistryOptions options);
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;
  ~Registry();

  struct Document {
    std::string text, media_type;
    image::Digest digest;  ///< of the text
  };
  /// By tag or digest; what is asked for by digest has it.
  Result<Document> manifest(const std::string& tag_or_digest);
  /// Writes the blob on from blob.offset(). May be called by several threads at once.
  Result<> blob(const image::Descriptor& what, NewBlob& blob);

 private:
  struct State;
  explicit Registry(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace masu::transfer
