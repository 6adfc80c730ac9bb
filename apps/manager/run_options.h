// SPDX-License-Identifier: Apache-2.0
//
// The options of run and create, and the container that they ask for.
#pragma once

#include "foreground.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/container.h"
#include "masu/store/store.h"
#include "run_limits.h"
#include "run_mounts.h"
#include "run_network.h"
#include "run_policies.h"
#include "run_process.h"
#include "run_security.h"
#include "run_users.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kDetach{
    .name = "detach", .letter = 'd', .help = "print the id, and leave the container running"};

inline constexpr auto kCreateOptions =
    join_options(kPoliciesOptions, kProcessOptions, kMountsOptions, kNetworkOptions, kSecurityOptions,
                 kLimitsOptions, kUsersOptions);
inline constexpr auto kRunOptions =
    join_options(std::array{&kDetach, &kDetachKeys, &kSigProxy}, kCreateOptions);
extern const std::array<cli::Positional, 2> kRunPositionals;

/// The container, as the options and the image make it.
Result<Request> read_request(const cli::Call& call, const store::Store& store, const store::Image& image);

/// The image: from the store, or pulled if --pull and its absence say so.
Result<store::Image> get_image(const cli::Call& call, const store::Store& store);

}  // namespace masu::manager
