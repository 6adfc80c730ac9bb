// SPDX-License-Identifier: Apache-2.0
//
// libseccomp as the oracle of our compiler: the filter that runc would make of a profile, without its ENOSYS
// stub.
#pragma once

#include "arch.h"
#include "masu/spec/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <linux/filter.h>

namespace masu::seccomp::test {

/// A host whose profiles list these architectures.
struct Machine {
  std::string name;
  std::vector<std::uint32_t> tokens;  ///< the host's own first
};

/// All machines whose architectures Debian's libseccomp knows.
const std::vector<Machine>& machines();

/// A profile with the names alone that libseccomp numbers as our tables do, on all architectures of the
/// machine.
spec::Seccomp common_names(spec::Seccomp profile, const Machine& machine);

/// The filter, in this machine's byte order; nothing if libseccomp refuses a rule (two that contradict each
/// other).
std::optional<std::vector<sock_filter>> libseccomp_filter(const spec::Seccomp& profile,
                                                          const Machine& machine);

/// The profile of this file in tests/support/profiles, for this machine's architectures.
spec::Seccomp load_profile(const std::string& file, const Machine& machine);

}  // namespace masu::seccomp::test
