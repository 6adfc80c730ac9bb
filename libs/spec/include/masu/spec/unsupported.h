// SPDX-License-Identifier: Apache-2.0
//
// What is read but not acted on yet. Such a setting is refused, never ignored: a container without it would
// be another one than the user asked for. The list is one table in unsupported.cc, and shrinks as features
// come.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

namespace masu::spec {

/// Kind::unsupported, "not supported yet", with the JSON path of the first such setting. Settings that ask
/// for nothing (an empty list, AppArmor's "unconfined") pass.
Result<> refuse_unsupported(const Config& config);
/// The same for a process by itself (exec --process).
Result<> refuse_unsupported(const Process& process);

}  // namespace masu::spec
