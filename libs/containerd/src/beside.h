// SPDX-License-Identifier: Apache-2.0
//
// Work that takes long, or needs standard streams of its own, in a child of ours, so that the loop goes on.
#pragma once

#include "masu/base/error.h"
#include "masu/event/children.h"

#include <functional>

namespace masu::containerd {

/// Forks; `done` gets what `work` has yielded there, in words and kind. What the child leaves behind becomes
/// ours.
Result<> run_beside(event::Children& children, const std::function<Result<>()>& work,
                    std::function<void(Result<>)> done);

}  // namespace masu::containerd
