// SPDX-License-Identifier: Apache-2.0
#include "pidfd_info.h"

#include "masu/sys/raw.h"

#include <cerrno>
#include <cstdint>

#include <linux/ioctl.h>

namespace masu::shim {
namespace {

// The kernel's struct pidfd_info in its first size, which Debian 12's headers lack.
struct PidfdInfo {
  std::uint64_t mask;
  std::uint64_t cgroup_id;
  std::uint32_t ids[11];
  std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kExit = 1U << 3;
constexpr unsigned long kGetInfo = _IOWR(0xff, 11, PidfdInfo);

constexpr std::int64_t kPause = 20 * event::kMillisecond;
constexpr int kTries = 250;  // five seconds

void attempt(event::Loop& loop, int pidfd, int tries, std::function<void(std::optional<int>)> done) {
  PidfdInfo info{.mask = kExit};
  const int asked = sys::raw::ioctl(pidfd, kGetInfo, reinterpret_cast<long>(&info));
  if (asked == 0 && (info.mask & kExit) != 0) return done(info.exit_code);
  // Not yet reaped: the mask comes back without it. Any other error: an older kernel.
  if ((asked < 0 && asked != -ESRCH) || tries == 0) return done(std::nullopt);
  loop.after(kPause,
             [&loop, pidfd, tries, done = std::move(done)] { attempt(loop, pidfd, tries - 1, done); });
}

}  // namespace

void wait_for_exit_status(event::Loop& loop, int pidfd, std::function<void(std::optional<int>)> done) {
  attempt(loop, pidfd, kTries, std::move(done));
}

}  // namespace masu::shim
