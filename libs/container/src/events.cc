// SPDX-License-Identifier: Apache-2.0
//
// stats and follow: one poll(2) over the container's end, its OOM killer, the reader's end and the clock.
#include "masu/container/events.h"

#include "inspect.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "resctrl.h"

#include <algorithm>
#include <optional>

namespace masu::container {
namespace {

Result<Inspection> inspect_alive(const Context& context, const std::string& id) {
  Inspection container = TRY(inspect(context, id));
  if (!container.init)
    return fail(Error::make(Kind::invalid_state,
                            cat("container with id ", id, " is not running: container not running")));
  if (!container.cgroups)
    return fail(Error::make(Kind::unsupported, cat("container ", quote(id),
                                                   " was made without cgroups, which count what it uses")));
  return container;
}

// Without a memory controller there is no OOM killer of the container's own: that is no error.
Result<std::optional<cgroups::OomWatch>> watch_manager(const cgroups::Manager& manager) {
  auto watch = manager.watch_oom();
  if (watch) return std::optional(std::move(*watch));
  if (watch.error().kind() == Kind::unsupported) return std::nullopt;
  return fail(std::move(watch).error());
}

// A sum with the clock fits.
constexpr std::chrono::nanoseconds kLongest = std::chrono::hours(24 * 365 * 100);

Result<std::vector<sys::Fd>> watch_pressure(const cgroups::Manager& manager,
                                            const std::vector<cgroups::PressureTrigger>& triggers) {
  std::vector<sys::Fd> files;
  for (const auto& trigger : triggers) files.push_back(TRY(manager.watch_pressure(trigger)));
  return files;
}

Result<Stats> stats_of(const Inspection& container) {
  Stats stats{TRY(container.cgroups->stats()), std::nullopt};
  const ResctrlGroup& group = container.record.resctrl;
  if (group.directory.empty()) return stats;
  const std::string root = TRY(resctrl_root());
  stats.rdt = TRY_IN(resctrl_stats(group, root), "linux.intelRdt");
  return stats;
}

class Following {
 public:
  Following(Inspection container, std::optional<cgroups::OomWatch> watch, std::vector<sys::Fd> pressure,
            const Follower& follower)
      : container_(std::move(container)),
        watch_(std::move(watch)),
        pressure_(std::move(pressure)),
        follower_(follower),
        interval_(std::min(follower.interval, kLongest).count()),
        next_(sys::raw::monotonic_ns() + interval_),
        kills_before_(container_.cgroups->oom_kills()) {}

  Result<> run() {
    for (;;) {
      std::vector<pollfd> fds{{container_.init->pidfd(), POLLIN, 0},
                              {watch_ ? watch_->fd() : -1, POLLIN, 0},
                              {follower_.output, 0, 0}};  // POLLERR and POLLHUP come unasked
      for (const auto& file : pressure_) fds.push_back({file.get(), POLLPRI, 0});
      if (const int ready = sys::raw::poll_until(fds.data(), fds.size(), next_); ready < 0)
        return fail(Error::sys(-ready, "wait for events of the container"));
      if (fds[1].revents != 0) TRY(tell_oom());
      if (fds[0].revents != 0) {
        TRY(tell_oom());  // the file may be rung later than init's end (kernfs_notify)
        return tell_last_oom();
      }
      if (fds[2].revents != 0) return {};
      for (std::size_t i = 0; i < pressure_.size(); ++i) TRY(tell_pressure(i, fds[3 + i].revents));
      if (sys::raw::monotonic_ns() >= next_) TRY(tell_stats());
    }
  }

 private:
  Result<> tell_pressure(std::size_t index, short events) {
    if ((events & POLLERR) != 0) pressure_[index].reset();  // the cgroup is gone, and its end comes next
    if ((events & POLLPRI) == 0 || (events & POLLERR) != 0) return {};
    return follower_.on_pressure(follower_.pressure[index]);
  }

  Result<> tell_oom() {
    if (!watch_) return {};
    const auto event = TRY(watch_->take());
    if (event.gone) watch_.reset();  // nothing will come any more
    if (!event.oom) return {};
    told_ += std::max<std::uint64_t>(1, event.kills);
    return follower_.on_oom(event);
  }

  // v1's eventfd rings before the kernel kills, and not for every kill.
  Result<> tell_last_oom() const {
    const std::uint64_t kills = container_.cgroups->oom_kills();
    if (kills <= kills_before_ + told_) return {};
    return follower_.on_oom({.oom = true, .kills = kills - kills_before_ - told_});
  }

  Result<> tell_stats() {
    // Not from the last one but from now: what took too long is not caught up with.
    next_ = sys::raw::monotonic_ns() + interval_;
    auto stats = stats_of(container_);
    if (stats) return follower_.on_stats(*stats);
    // Its end, and a delete, may have come between poll(2) and here.
    if (TRY(container_.init->wait_ended(0))) return {};
    return fail(std::move(stats).error());
  }

  Inspection container_;
  std::optional<cgroups::OomWatch> watch_;
  std::vector<sys::Fd> pressure_;  ///< in the order of the follower's triggers
  const Follower& follower_;
  std::int64_t interval_;
  std::int64_t next_;
  std::uint64_t kills_before_;
  std::uint64_t told_ = 0;
};

}  // namespace

Result<Stats> stats(const Context& context, const std::string& id) {
  const Inspection container = TRY(inspect_alive(context, id));
  return stats_of(container);
}

Result<std::optional<cgroups::OomWatch>> watch_oom(const Context& context, const std::string& id) {
  const Inspection container = TRY(inspect_alive(context, id));
  return watch_manager(*container.cgroups);
}

Result<> follow(const Context& context, const std::string& id, const Follower& follower) {
  Inspection container = TRY(inspect_alive(context, id));
  auto watch = TRY(watch_manager(*container.cgroups));
  auto pressure = TRY_IN(watch_pressure(*container.cgroups, follower.pressure), "--pressure");
  return Following(std::move(container), std::move(watch), std::move(pressure), follower).run();
}

}  // namespace masu::container
