// SPDX-License-Identifier: Apache-2.0
//
// The options before the command, and the places and programs that follow from them.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/place.h"
#include "masu/store/store.h"

namespace masu::manager {

extern const cli::Option kRoot, kState, kRuntime, kStorageDriver, kLogLevel, kVersion;
extern const cli::Option* const kGlobalOptions[6];

Result<std::string> choose_root(const cli::Arguments& globals, const cli::Env& env);
Result<std::string> choose_state(const cli::Call& call);
Result<Place> make_place(const cli::Call& call);
Result<store::Store> open_store(const cli::Call& call);

/// A program of ours: beside this one, in ../libexec/masu, or in $PATH.
Result<std::string> find_own(const cli::Env& env, const std::string& name);

}  // namespace masu::manager
