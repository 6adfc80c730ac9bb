// SPDX-License-Identifier: Apache-2.0
//
// registries.conf, version 2 (containers-registries.conf(5)): what a short name stands for, and where a
// registry's images are really asked for.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"
#include "masu/image/reference.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace masu::transfer {

/// Where to ask for an image: the name there, and how.
struct Endpoint {
  image::Reference name;
  bool insecure = false;  ///< any certificate, and plain http
};

class Registries {
 public:
  /// $CONTAINERS_REGISTRIES_CONF alone, or the user's file, or the system's, and the drop-ins of both.
  static Result<Registries> read(const cli::Env& env);
  /// Adds a file's text; what it says again counts from here on.
  Result<> add(std::string_view text);

  /// The images that a name may mean, in order: one for a name with its registry, an alias, or without any
  /// search registries (Docker's); Kind::usage if it may be several, and the mode is "enforcing".
  Result<std::vector<image::Reference>> resolve(std::string_view name) const;
  /// Mirrors first, the registry last. Kind::unsupported if it is blocked.
  Result<std::vector<Endpoint>> endpoints(const image::Reference& name) const;

 private:
  struct Location {
    std::string location;
    bool insecure = false;
    enum class Pulls { all, digest_only, tag_only } pulls = Pulls::all;
  };
  struct Rule {
    std::string prefix;
    Location own;
    bool blocked = false, mirrors_by_digest = false;
    std::vector<Location> mirrors;
  };
  const Rule* find(const image::Reference& name) const;
  struct Reading;

  std::vector<std::string> search_;
  std::string mode_ = "permissive";
  std::map<std::string, std::string, std::less<>> aliases_;
  std::vector<Rule> rules_;
};

}  // namespace masu::transfer
