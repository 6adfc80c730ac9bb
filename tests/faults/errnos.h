// SPDX-License-Identifier: Apache-2.0
//
// Which system calls there are, and how each may fail.
#pragma once

#include <span>
#include <string>

namespace masu::faults {

/// The errnos that the call is made to fail with, one run each; none for a call that cannot fail.
std::span<const int> errnos_of(long number);

/// "openat", or the number of a call that the table lacks.
std::string call_name(long number);

/// A call whose effect is there in spite of its error: close(2) has freed the number whatever it says.
bool fails_after_effect(long number);

}  // namespace masu::faults
