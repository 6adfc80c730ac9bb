// SPDX-License-Identifier: Apache-2.0
//
// Manager: taking the directories away, whatever is in them.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/manager.h"
#include "masu/sys/raw.h"
#include "processes.h"
#include "tree.h"

#include <algorithm>
#include <cerrno>

namespace masu::cgroups {

namespace raw = sys::raw;

namespace {

/// One try at one directory: 0, or the errno that stands against it (EBUSY: it or a child holds processes).
int try_remove(const Root& root, const std::string& path) {
  const int removed = raw::unlinkat(root.fd(), root.below(path), AT_REMOVEDIR);
  if (removed == 0 || is_gone(-removed)) return 0;
  // rmdir(2) of what is not there, on a file system that is read-only.
  if (removed == -EROFS && raw::call(SYS_faccessat, root.fd(), root.below(path), 0) == -ENOENT) return 0;
  if (removed != -EBUSY && removed != -ENOTEMPTY) return -removed;
  auto dir = root.open_file(path, O_PATH | O_DIRECTORY);
  if (!dir) return is_gone(dir.error()) ? 0 : dir.error().err();
  if (auto below = remove_below(*dir); !below) return below.error().err();
  const int again = raw::unlinkat(root.fd(), root.below(path), AT_REMOVEDIR);
  return again == 0 || is_gone(-again) ? 0 : -again;
}

std::string list(const std::vector<pid_t>& pids) {
  std::string out;
  for (std::size_t i = 0; i < pids.size() && i < 10; ++i) out += cat(i == 0 ? "" : ", ", pids[i]);
  if (pids.size() > 10) out += cat(" and ", pids.size() - 10, " more");
  return out;
}

}  // namespace

Result<> Manager::remove(std::chrono::steady_clock::time_point deadline) const {
  // steady_clock is CLOCK_MONOTONIC in both standard libraries.
  const std::int64_t deadline_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
  auto stopped = has_unit() && !unit_planned_ ? stop_unit(deadline_ns) : Result<>();
  TRY(remove_directories(
      deadline_ns));  // a unit that cannot be stopped must not keep processes and directories
  return stopped;
}

Result<> Manager::remove_directories(std::int64_t deadline_ns) const {
  constexpr std::int64_t kFirstPause = 50'000, kLongestPause = 20'000'000;  // nanoseconds
  std::vector<const Directory*> pending;
  for (const Directory& directory : saved_.directories) pending.push_back(&directory);

  for (std::int64_t pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    int err = 0;
    std::erase_if(pending, [&](const Directory* directory) {
      const int result = try_remove(root_, directory->path);
      if (result != 0) err = result;
      return result == 0;
    });
    if (pending.empty()) return {};
    const Directory& left = *pending.back();
    if (err != EBUSY) return fail(Error::sys(err, cat("remove cgroup ", quote(left.path))));

    const std::vector<pid_t> pids = TRY(read_pids(root_, left.path, true));
    if (raw::monotonic_ns() >= deadline_ns)
      return fail(Error::make(Kind::timeout, cat("remove cgroup ", quote(left.path), ": still in use",
                                                 pids.empty() ? "" : " by process ", list(pids))));
    TRY(kill_all(SIGKILL));
    // The ends of processes are events. Of a cgroup whose last task is just leaving there are none left to
    // see.
    kill_and_wait(pids, std::min(deadline_ns, raw::monotonic_ns() + 1'000'000'000));
    (void)raw::poll_until(nullptr, 0, std::min(deadline_ns, raw::monotonic_ns() + pause));
  }
}

}  // namespace masu::cgroups
