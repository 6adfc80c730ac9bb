// SPDX-License-Identifier: Apache-2.0
//
// Manager: stopping the container and letting it run on, each until it is so. v2 tells the end as an event
// (cgroup-v2.rst, "cgroup.events"); v1 does not, and has to be helped besides.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/manager.h"
#include "masu/sys/raw.h"
#include "tree.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace masu::cgroups {

namespace raw = sys::raw;

namespace {

using Deadline = std::chrono::steady_clock::time_point;

// steady_clock is CLOCK_MONOTONIC in both standard libraries.
std::int64_t in_ns(Deadline deadline) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
}

void pause_for(std::int64_t ns, std::int64_t deadline_ns) {
  (void)raw::poll_until(nullptr, 0, std::min(deadline_ns, raw::monotonic_ns() + ns));
}

Error explain(Error error) {
  if (!is_gone(error)) return error;
  return std::move(error).as(Kind::invalid_state).hint("the container's cgroup is gone");
}

Error timed_out(std::string_view step, const std::string& path) {
  return Error::make(Kind::timeout, cat(step, " ", quote(path), ": not done in time"));
}

/// A task that is forked or moved into the cgroup while the kernel walks its tasks can stay out of the
/// refrigerator, and leaves the state at FREEZING for good (freezer-subsystem.rst leaves it to us): the
/// request is repeated, and now and then taken back to let such a task come to the place where it can be
/// stopped.
Result<> freeze_v1(const Root& root, const std::string& path, std::int64_t deadline_ns) {
  constexpr unsigned kRoundsBeforeThaw = 50;
  constexpr std::int64_t kFirstPause = 10'000, kLongestPause = 1'000'000,
                         kThawed = 10'000'000;  // nanoseconds
  const std::string file = path + "/freezer.state";
  std::int64_t pause = kFirstPause;
  for (unsigned round = 1;; ++round) {
    TRY(root.write(file, "FROZEN"));
    const std::string state = TRY(root.read(file));
    if (state.starts_with("FROZEN")) return {};
    if (raw::monotonic_ns() >= deadline_ns) return fail(timed_out("freeze cgroup", path));
    if (round % kRoundsBeforeThaw == 0) {
      TRY(root.write(file, "THAWED"));
      pause_for(kThawed, deadline_ns);
    } else {
      pause_for(pause, deadline_ns);
      pause = std::min(2 * pause, kLongestPause);
    }
  }
}

/// Waits until cgroup.events says `frozen`. False at the deadline.
Result<bool> wait_frozen(const Root& root, const std::string& path, bool frozen, std::int64_t deadline_ns) {
  const std::string file = path + "/cgroup.events";
  const sys::Fd events = TRY(root.open_file(file, O_RDONLY));
  std::array<char, 256> buffer;
  while (true) {
    const long got = raw::call(SYS_pread64, events.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), cat("read ", quote(file))));
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    if (find_flat(text, "frozen").value_or(0) == (frozen ? 1u : 0u)) return true;
    pollfd poll{.fd = events.get(), .events = POLLPRI, .revents = 0};
    if (raw::poll_until(&poll, 1, deadline_ns) <= 0) return false;
  }
}

/// The nearest frozen cgroup above `path`, or an empty string.
std::string frozen_ancestor(const Root& root, const Directory& directory) {
  std::string path = directory.path;
  while ((path = path.substr(0, path.rfind('/'))).size() > directory.mount.size()) {
    const auto frozen = root.read(cat(path, directory.is_v2() ? "/cgroup.freeze" : "/freezer.self_freezing"));
    if (frozen && frozen->starts_with('1')) return path;
  }
  return {};
}

Error held_by(const std::string& ancestor) {
  return Error::make(Kind::invalid_state, cat("the cgroup above the container is frozen: ", quote(ancestor)))
      .hint("thaw that one");
}

}  // namespace

Result<> Manager::freeze(Deadline deadline) const {
  const Directory* freezer = find("freezer");
  const Directory* directory = freezer != nullptr ? freezer : find_v2();
  if (directory == nullptr)
    return fail(Error::make(Kind::unsupported, "there is no freezer")
                    .hint("mount the freezer controller, or cgroup2"));
  const auto act = [&]() -> Result<> {
    if (freezer != nullptr) return freeze_v1(root_, freezer->path, in_ns(deadline));
    TRY(root_.write(directory->path + "/cgroup.freeze", "1"));
    if (TRY(wait_frozen(root_, directory->path, true, in_ns(deadline)))) return {};
    return fail(timed_out("freeze cgroup", directory->path)
                    .hint("a process is in a call that cannot be interrupted"));
  };
  auto frozen = act();
  if (frozen) return {};
  // Half frozen is worse than not at all.
  (void)root_.write(directory->path + (freezer != nullptr ? "/freezer.state" : "/cgroup.freeze"),
                    freezer != nullptr ? "THAWED" : "0");
  return fail(explain(std::move(frozen).error()));
}

Result<> Manager::thaw(Deadline deadline) const {
  const Directory* freezer = find("freezer");
  const Directory* directory = freezer != nullptr ? freezer : find_v2();
  if (directory == nullptr) return {};
  const auto act = [&]() -> Result<> {
    if (freezer != nullptr) {
      TRY(root_.write(freezer->path + "/freezer.state", "THAWED"));
      const std::string state = TRY(root_.read(freezer->path + "/freezer.state"));
      if (state.starts_with("THAWED")) return {};
      return fail(held_by(frozen_ancestor(root_, *directory)));
    }
    TRY(root_.write(directory->path + "/cgroup.freeze", "0"));
    if (TRY(freezer_state()) == FreezerState::thawed) return {};
    if (const std::string ancestor = frozen_ancestor(root_, *directory); !ancestor.empty())
      return fail(held_by(ancestor));
    if (TRY(wait_frozen(root_, directory->path, false, in_ns(deadline)))) return {};
    return fail(timed_out("thaw cgroup", directory->path));
  };
  auto thawed = act();
  if (!thawed) return fail(explain(std::move(thawed).error()));
  return {};
}

}  // namespace masu::cgroups
