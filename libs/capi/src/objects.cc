// SPDX-License-Identifier: Apache-2.0
#include "objects.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <limits>

#include <sys/ioctl.h>

namespace masu::capi {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

// struct pidfd_info of linux/pidfd.h, as of Linux 6.15.
struct PidfdInfo {
  std::uint64_t mask = 0;
  std::uint64_t cgroup_id = 0;
  std::uint32_t ids[11] = {};
  std::int32_t exit_status = 0;
};
static_assert(sizeof(PidfdInfo) == 64);  // PIDFD_INFO_SIZE_VER0

enum class Known { no, not_yet, yes };

// Since Linux 6.15 a pidfd tells the wait status of a process that is no child of ours, once its parent has
// reaped it.
Known ask_pidfd(int pidfd, int* status) {
  constexpr unsigned long kGetInfo = _IOWR(0xff, 11, PidfdInfo);  // PIDFD_GET_INFO
  constexpr std::uint64_t kExit = 1U << 3;                        // PIDFD_INFO_EXIT
  PidfdInfo info{.mask = kExit};
  const int asked = sys::raw::ioctl(pidfd, kGetInfo, reinterpret_cast<long>(&info));
  if (asked < 0) return Known::no;
  *status = info.exit_status;
  return (info.mask & kExit) != 0 ? Known::yes : Known::not_yet;
}

}  // namespace

void give(Error&& error, masu_error** out) {
  if (out != nullptr) *out = new masu_error{std::move(error)};
}

Result<> check_flags(unsigned given, unsigned known) {
  if ((given & ~known) == 0) return {};
  return fail(Error::make(Kind::unsupported, cat("unknown flags: ", given & ~known)));
}

int Waited::take_console() {
  const std::lock_guard lock(mutex_);
  return console_.take();
}

Result<std::optional<int>> Waited::wait(std::int64_t timeout_ms) {
  constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4;
  const std::int64_t deadline = timeout_ms < 0 || timeout_ms > kLongest / kMillisecond
                                    ? -1
                                    : sys::raw::monotonic_ns() + timeout_ms * kMillisecond;
  if (!TRY(process_.wait_ended(deadline))) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!exit_code_) exit_code_ = take_exit_code();
  return exit_code_;
}

void Waited::reap() { (void)wait(0); }

int Waited::take_exit_code() {
  if (auto code = process_.reap()) return *code;
  // Not our child, or reaped by another. Its parent may not have got to it yet.
  constexpr std::int64_t kPatience = 1000 * kMillisecond;
  int status = 0;
  Known known = ask_pidfd(pidfd(), &status);
  if (known == Known::not_yet) {
    pollfd reaped{pidfd(), 0, 0};  // POLLHUP, which comes unasked
    (void)sys::raw::poll_until(&reaped, 1, sys::raw::monotonic_ns() + kPatience);
    known = ask_pidfd(pidfd(), &status);
  }
  if (known != Known::yes) return -1;
  const int signal = status & 0x7f;
  return signal != 0 ? 128 + signal : status >> 8 & 0xff;
}

Result<Stdio> Stdio::open(int in, int out, int err) {
  Stdio stdio;
  stdio.fds_ = {in, out, err};
  for (int& fd : stdio.fds_) {
    if (fd >= 0) {
      if (const int flags = sys::raw::fcntl(fd, F_GETFD); flags < 0)
        return fail(Error::sys(-flags, cat("fd ", fd, " for stdio")));
      continue;
    }
    if (!stdio.null_.valid()) stdio.null_ = TRY(sys::open("/dev/null", O_RDWR));
    fd = stdio.null_.get();
  }
  return stdio;
}

}  // namespace masu::capi
