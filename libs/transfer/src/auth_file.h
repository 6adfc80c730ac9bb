// SPDX-License-Identifier: Apache-2.0
//
// The text of an auth file (containers-auth.json(5), Docker's config.json), read and changed; what we do not
// know of it stays.
#pragma once

#include "masu/base/error.h"
#include "masu/transfer/credentials.h"

#include <optional>
#include <string>
#include <string_view>

namespace masu::transfer {

/// The helper that the file names for a registry in credHelpers, or for all in credsStore: "pass" for
/// docker-credential-pass. Empty: none.
struct Helpers {
  std::string own, common;
};
Result<Helpers> parse_helpers(std::string_view text, std::string_view registry);

/// With `credentials` for `registry`, or with an entry that is empty, for what a helper keeps.
Result<std::string> with_entry(std::string_view text, std::string_view registry,
                               const Credentials* credentials);
/// Without it; nothing if there was none.
Result<std::optional<std::string>> without_entry(std::string_view text, std::string_view registry);

/// Without any.
Result<std::string> without_all(std::string_view text);

/// docker-credential-NAME (docker-credential-helpers): `get` yields nothing for who is not known to it.
Result<Credentials> ask_helper(std::string_view name, std::string_view registry);
Result<> tell_helper(std::string_view name, std::string_view registry, const Credentials& credentials);
Result<> erase_from_helper(std::string_view name, std::string_view registry);

/// "index.docker.io" and URLs of it are docker.io.
std::string_view plain_key(std::string_view key);

}  // namespace masu::transfer
