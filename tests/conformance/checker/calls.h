// SPDX-License-Identifier: Apache-2.0
//
// System calls by name, made in a way that does no harm where nothing forbids them: what a seccomp profile
// answers is seen, and else the kernel's own refusal of arguments that make no sense.
#pragma once

#include <optional>
#include <string_view>

namespace masu::conformance {

/// The errno of the call with −1 for each argument, 0 if it succeeds; nothing for a name that is not in the
/// table.
std::optional<int> call_harmlessly(std::string_view name);

}  // namespace masu::conformance
