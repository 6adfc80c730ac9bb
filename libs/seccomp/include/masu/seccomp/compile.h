// SPDX-License-Identifier: Apache-2.0
//
// Compiles linux.seccomp of config.json to a classic BPF program for seccomp(2). The answers of the program
// equal those of libseccomp as runc drives it (docs in policy.h), which the tests prove call by call; it is
// made for speed: one binary search over the call numbers of each architecture, and argument-free answers
// before any argument is loaded, so that the kernel's bitmap of always-allowed calls serves them
// (kernel/seccomp.c, seccomp_cache_prepare).
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

#include <cstdint>
#include <string>
#include <vector>

#include <linux/filter.h>

namespace masu::seccomp {

struct Program {
  std::vector<sock_filter> code;
  std::uint32_t flags =
      0;                  ///< SECCOMP_FILTER_FLAG_* to load it with; NEW_LISTENER if and only if it notifies
  bool notifies = false;  ///< a rule asks a listener (SCMP_ACT_NOTIFY)
};

/// The facts about the host that decide the program.
struct Host {
  std::uint32_t arch = 0;   ///< AUDIT_ARCH_* of the kernel
  std::uint32_t flags = 0;  ///< SECCOMP_FILTER_FLAG_* that the kernel knows

  /// Of the running kernel: asked with one seccomp(2) that cannot succeed.
  static Host probe();
};

/// What compile() left out, for the debug log.
struct Omissions {
  std::vector<std::string> calls;  ///< names that no architecture has (a profile for a newer kernel)
  std::vector<std::uint32_t> architectures;  ///< of the other byte order: they cannot run here
  std::vector<std::string> flags;            ///< flags that this kernel does not know
};

/// Compiles `profile` for `host`. Fails with Kind::invalid_spec for what runc refuses: NOTIFY as the default
/// action or for write, or without listenerPath; an errnoRet on an action that has no number; unknown flags
/// or architectures; and with Kind::unsupported for a program longer than the kernel's BPF_MAXINSNS.
Result<Program> compile(const spec::Seccomp& profile, const Host& host, Omissions* omissions = nullptr);

}  // namespace masu::seccomp
