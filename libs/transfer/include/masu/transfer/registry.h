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

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace masu::transfer {

struct RegistryOptions {
  Credentials credentials;               ///< empty: anonymous
  bool verify_tls = true;                ///< otherwise any certificate, and plain http, will do
  bool insecure_is_said = false;         ///< verify_tls was given, and registries.conf is not asked
  std::string certificates;              ///< a folder with *.crt, *.cert and *.key, besides those of /etc
  bool push = false;                     ///< the token has to allow that, too
  int attempts = 4;                      ///< in all, for what may pass: 429, 5xx, a connection that breaks
  std::chrono::milliseconds pause{300};  ///< before the second; doubled each time
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
  /// Asks for nothing but whether we may: for `login`.
  Result<> ping();
  /// All tags of the repository.
  Result<std::vector<std::string>> tags();

  /// Sends a blob unless the registry has it; `from` is a repository of the same registry that may have it
  /// (cross-repository mount), or empty. May be called by several threads at once. False: it was there.
  Result<bool> send(const image::Descriptor& what, int file, const std::string& from,
                    const std::function<void(std::uint64_t)>& moved);
  Result<> send_manifest(const std::string& tag_or_digest, const std::string& text,
                         const std::string& media_type);

 private:
  struct State;
  explicit Registry(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace masu::transfer
