// SPDX-License-Identifier: Apache-2.0
//
// Names of images: [registry[:port]/]path[:tag] and a digest after "@", with Docker's short forms. "alpine"
// is docker.io/library/alpine:latest; a first component is a registry if it has a "." or a ":" or is
// "localhost".
#pragma once

#include "masu/base/error.h"
#include "masu/image/digest.h"

#include <string>
#include <string_view>

namespace masu::image {

struct Reference {
  std::string registry;  ///< "docker.io", "127.0.0.1:5000"
  std::string path;      ///< "library/alpine"
  std::string tag;       ///< "latest"; empty if only a digest was given
  Digest digest;         ///< empty if none was given

  /// Kind::usage if `text` is no name of an image; says which part is not.
  static Result<Reference> parse(std::string_view text);

  /// "docker.io/library/alpine"
  std::string repository() const;
  /// With tag and digest: what parse() would read.
  std::string text() const;
  /// As people write it: "alpine:3" for docker.io/library/alpine:3.
  std::string familiar() const;
};

/// Whether the text names no registry: "alpine", "team/app:2".
bool is_short(std::string_view text);

}  // namespace masu::image
