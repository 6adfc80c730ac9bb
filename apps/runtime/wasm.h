// SPDX-License-Identifier: Apache-2.0
//
// WebAssembly needs an engine, which is a shared library, and masu-runtime is static: so containers with it
// are handed to masu-runtime-wasm, the same program but dynamic.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/env.h"
#include "masu/container/workload.h"

#include <string_view>

namespace masu::runtime {

/// How this program runs WebAssembly, set by its main(); null: another program does.
using OpenWorkload = Result<const container::Workload*> (*)(std::string_view engine, const cli::Env& env);
extern OpenWorkload open_workload;

/// For container::Context; `env` outlives it.
container::FindWorkload workload_finder(const cli::Env& env);

}  // namespace masu::runtime
