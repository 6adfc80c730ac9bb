// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace masu::faults {

/// Prints what the container's program finds; stays unless `once`.
int look_inside(bool once);

}  // namespace masu::faults
