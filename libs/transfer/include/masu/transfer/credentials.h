// SPDX-License-Identifier: Apache-2.0
//
// Who one is to a registry, from the files of docker and podman: auth.json (containers-auth.json(5)) and
// config.json.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::transfer {

struct Credentials {
  std::string user, password;
  std::string identity_token;  ///< instead of a password
  bool empty() const { return user.empty() && identity_token.empty(); }
};

/// The files to look into, in order: `given` (--authfile) alone if it is not empty.
std::vector<std::string> auth_files(const cli::Env& env, std::string_view given);

/// What a file has for "host/path", the longest key that fits; empty if it has nothing.
Result<Credentials> parse_credentials(std::string_view text, std::string_view repository);

/// The first that any of the files has; a missing file is fine, unless it is the one given.
Result<Credentials> find_credentials(const cli::Env& env, std::string_view given,
                                     std::string_view repository);

}  // namespace masu::transfer
