// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace masu {

/// "EPERM" for EPERM; empty for a number that Linux does not use. musl lacks strerrorname_np.
std::string_view errno_name(int err);
/// "operation not permitted": lower case, as container clients match it (contract 2.8: moby and CRI-O compare
/// letter case).
std::string_view errno_text(int err);

}  // namespace masu
