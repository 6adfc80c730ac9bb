// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/private_mounts.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <sched.h>
#include <sys/mount.h>

namespace masu::sys {

Result<PrivateMounts> PrivateMounts::enter() {
  PrivateMounts out;
  Fd before = TRY(open("/proc/thread-self/ns/mnt", O_RDONLY));
  out.folder_ = TRY(open(".", O_PATH | O_DIRECTORY));
  if (const int made = raw::unshare(CLONE_NEWNS); made < 0) return fail(Error::sys(-made, "unshare mounts"));
  out.before_ = std::move(before);
  if (const long slave = raw::call(SYS_mount, nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr); slave < 0)
    return fail(Error::sys(static_cast<int>(-slave), "make the mounts slaves"));
  return out;
}

PrivateMounts::~PrivateMounts() {
  if (!before_.valid()) return;
  (void)raw::setns(before_.get(), CLONE_NEWNS);
  (void)raw::fchdir(folder_.get());
}

}  // namespace masu::sys
