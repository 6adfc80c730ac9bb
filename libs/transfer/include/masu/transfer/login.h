// SPDX-License-Identifier: Apache-2.0
//
// Keeps and forgets credentials: in an auth file, or by the helper that the file names.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"
#include "masu/transfer/credentials.h"

#include <string>
#include <string_view>

namespace masu::transfer {

/// The file that login writes: `given`, $REGISTRY_AUTH_FILE, or that of podman for this user.
Result<std::string> own_auth_file(const cli::Env& env, std::string_view given);

/// Writes 0600, by rename; what else is in the file stays.
Result<> keep_credentials(const std::string& path, std::string_view registry, const Credentials& credentials);
/// False if there were none.
Result<bool> forget_credentials(const std::string& path, std::string_view registry);
Result<> forget_all_credentials(const std::string& path);

}  // namespace masu::transfer
