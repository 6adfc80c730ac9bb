// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <linux/filter.h>

namespace masu::seccomp {

/// Puts the calling thread under a program. Without allocation, safe between clone and exec. The caller has
/// no_new_privs or CAP_SYS_ADMIN. Yields the listener's fd (close-on-exec) if `flags` has
/// SECCOMP_FILTER_FLAG_NEW_LISTENER, else 0; or -errno.
int load_raw(const sock_filter* code, unsigned short size, std::uint32_t flags) noexcept;

}  // namespace masu::seccomp
