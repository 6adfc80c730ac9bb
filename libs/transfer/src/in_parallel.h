// SPDX-License-Identifier: Apache-2.0
//
// The same work for each of several items, a few at a time.
#pragma once

#include "masu/base/error.h"

#include <cstddef>
#include <functional>

namespace masu::transfer {

/// Calls work(0) … work(count - 1) from up to four threads. After a failure no more are begun; the first is
/// returned when those at work have come to their end.
Result<> in_parallel(std::size_t count, const std::function<Result<>(std::size_t)>& work);

}  // namespace masu::transfer
