// SPDX-License-Identifier: Apache-2.0
//
// What the commands of `masu secret` have in common, and --secret of run and create.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/manager/secret.h"

#include <string_view>

namespace masu::manager {

inline constexpr cli::Positional kSecrets[] = {{.name = "SECRET",
                                                .count = cli::Positional::Count::any,
                                                .values = {cli::Values::From::output, "secret ls -q"},
                                                .help = "names, or ids"}};

/// "NAME[,type=mount|env,target=,uid=,gid=,mode=]" with what is in the secret.
Result<SecretUse> parse_secret_use(const Place& place, std::string_view text);

}  // namespace masu::manager
