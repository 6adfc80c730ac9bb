// SPDX-License-Identifier: Apache-2.0
//
// invoke() of the real kernel. Alone in its file, so that a test may link another one.
#include "masu/sys/raw.h"

#include <cerrno>

#include <unistd.h>

namespace masu::sys::raw {

long invoke(long number, long a, long b, long c, long d, long e, long f) noexcept {
  const long value = ::syscall(number, a, b, c, d, e, f);
  return value == -1 ? -errno : value;
}

}  // namespace masu::sys::raw
