// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/doctor/doctor.h"

namespace masu::doctor {

/// Tries what only the kernel itself can tell. `systemd`: whether there is one to be reached; `user`: the
/// user's own.
Attempts make_attempts(bool systemd, bool user);

}  // namespace masu::doctor
