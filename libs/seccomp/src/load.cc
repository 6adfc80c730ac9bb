// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/load.h"

#include "masu/sys/raw.h"

#include <linux/seccomp.h>

namespace masu::seccomp {

int load_raw(const sock_filter* code, unsigned short size, std::uint32_t flags) noexcept {
  sock_fprog program{size, const_cast<sock_filter*>(code)};  // the kernel only reads it
  return static_cast<int>(sys::raw::call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

}  // namespace masu::seccomp
