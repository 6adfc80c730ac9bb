// SPDX-License-Identifier: Apache-2.0
//
// What masu-image does for the commands that masu hands over; each in cmd_<name>.cc.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/image/reference.h"
#include "masu/transfer/registry.h"

#include <functional>
#include <string_view>

namespace masu::manager {

Result<int> run_import(const cli::Call& call);
Result<int> run_load(const cli::Call& call);
Result<int> run_login(const cli::Call& call);
Result<int> run_logout(const cli::Call& call);
Result<int> run_pull(const cli::Call& call);
Result<int> run_push(const cli::Call& call);
Result<int> run_save(const cli::Call& call);

/// --platform, or the host's.
Result<image::Platform> platform_of(const cli::Call& call);

/// What --tls-verify, --cert-dir, --retry and --retry-delay say.
Result<transfer::RegistryOptions> registry_options(const cli::Call& call);
/// What --creds says, or the auth files have for the repository ("host" alone for the registry).
Result<transfer::Credentials> credentials_for(const cli::Call& call, std::string_view repository);

}  // namespace masu::manager
