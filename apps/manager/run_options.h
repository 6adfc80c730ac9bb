// SPDX-License-Identifier: Apache-2.0
//
// The options of run and create, and the container that they ask for.
#pragma once

#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/container.h"
#include "masu/store/store.h"

#include <array>

namespace masu::manager {

extern const cli::Option kDetach, kInteractive, kTty, kRm, kPull, kRunPlatform, kCidFile;
extern const cli::Option* const kRunOptions[42];
extern const cli::Option* const kCreateOptions[41];  ///< all but --detach
extern const std::array<cli::Positional, 2> kRunPositionals;

/// The container, as the options and the image make it.
Result<Request> read_request(const cli::Call& call, const store::Image& image);

/// The image: from the store, or pulled if --pull and its absence say so.
Result<store::Image> get_image(const cli::Call& call, const store::Store& store);

}  // namespace masu::manager
