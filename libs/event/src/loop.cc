// SPDX-License-Identifier: Apache-2.0
#include "masu/event/loop.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

// By the linker, with its own names.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char __executable_start[], etext[];

namespace masu::event {
namespace {

// An fd's number is used anew as soon as it is closed: the generation tells the events of the old one.
std::uint64_t make_tag(int fd, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

// The pages of code and constants that work has mapped, which are a file's and come back when they are
// needed: asleep, a process needs none of them.
void unmap_code() {
  constexpr std::uintptr_t kPage = 4096;
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(__executable_start) / kPage * kPage;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(etext) / kPage * kPage;
  (void)sys::raw::call(SYS_madvise, begin, end - begin, MADV_DONTNEED);
}

}  // namespace

Result<std::unique_ptr<Loop>> Loop::make() {
  sys::Fd epoll(static_cast<int>(sys::raw::call(SYS_epoll_create1, EPOLL_CLOEXEC)));
  if (!epoll.valid()) return fail(Error::sys(-epoll.take(), "epoll_create1"));
  sys::Fd clock(
      static_cast<int>(sys::raw::call(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)));
  if (!clock.valid()) return fail(Error::sys(-clock.take(), "timerfd_create"));
  std::unique_ptr<Loop> loop(new Loop(std::move(epoll), std::move(clock)));
  Loop* self = loop.get();
  TRY(loop->watch(loop->clock_.get(), EPOLLIN, [self](std::uint32_t) { self->run_due(); }));
  return loop;
}

Result<> Loop::watch(int fd, std::uint32_t events, OnReady ready) {
  const std::uint32_t generation = ++generation_;
  epoll_event event{.events = events, .data = {.u64 = make_tag(fd, generation)}};
  const long added = sys::raw::call(SYS_epoll_ctl, epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  if (added < 0) return fail(Error::sys(static_cast<int>(-added), "epoll_ctl"));
  watched_.insert_or_assign(fd, Watched{generation, std::make_shared<OnReady>(std::move(ready))});
  return {};
}

void Loop::change(int fd, std::uint32_t events) {
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return;
  epoll_event event{.events = events, .data = {.u64 = make_tag(fd, found->second.generation)}};
  (void)sys::raw::call(SYS_epoll_ctl, epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Loop::forget(int fd) {
  if (watched_.erase(fd) == 0) return;
  epoll_event unused{};
  (void)sys::raw::call(SYS_epoll_ctl, epoll_.get(), EPOLL_CTL_DEL, fd, &unused);
}

Loop::Timer Loop::after(std::int64_t delay_ns, Action action) {
  const Timer timer{sys::raw::monotonic_ns() + delay_ns, ++last_timer_};
  timers_.emplace(timer, std::move(action));
  return timer;
}

void Loop::cancel(const Timer& timer) { timers_.erase(timer); }

void Loop::later(Action action) { later_.push_back(std::move(action)); }

void Loop::dispatch(std::uint64_t tag, std::uint32_t events) {
  const auto found = watched_.find(static_cast<int>(tag & 0xffffffff));
  if (found == watched_.end() || found->second.generation != tag >> 32) return;
  const std::shared_ptr<OnReady> ready = found->second.ready;  // which may forget itself
  (*ready)(events);
}

void Loop::run_due() {
  std::uint64_t expirations = 0;
  (void)sys::raw::read(clock_.get(), &expirations, sizeof expirations);
  armed_ = 0;
  const std::int64_t now = sys::raw::monotonic_ns();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const Action action = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    action();
  }
}

// What an action puts off in its turn comes after the next look at the fds: nobody is kept waiting.
void Loop::run_later() {
  std::vector<Action> actions;
  actions.swap(later_);
  for (const Action& action : actions) action();
}

void Loop::arm() {
  const std::int64_t due = timers_.empty() ? 0 : timers_.begin()->first.first;
  if (due == armed_) return;
  itimerspec spec{};
  spec.it_value = {.tv_sec = due / kSecond, .tv_nsec = static_cast<long>(due % kSecond)};
  (void)sys::raw::call(SYS_timerfd_settime, clock_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
  armed_ = due;
}

Result<> Loop::run() {
  constexpr int kEvents = 32;
  epoll_event events[kEvents];
  bool idle = false;
  while (!stopped_) {
    arm();
    // The sixth argument is the size of a signal mask that is not given.
    constexpr int kIdle = 1000;  // ms
    const int timeout = !later_.empty() ? 0 : idle ? -1 : kIdle;
    const long count = sys::raw::call(SYS_epoll_pwait, epoll_.get(), events, kEvents, timeout, nullptr, 8);
    if (count < 0 && count != -EINTR) return fail(Error::sys(static_cast<int>(-count), "epoll_pwait"));
    idle = count == 0 && timeout == kIdle;
    if (idle) unmap_code();
    for (long i = 0; i < count && !stopped_; ++i) dispatch(events[i].data.u64, events[i].events);
    if (!stopped_) run_later();
  }
  return {};
}

}  // namespace masu::event
