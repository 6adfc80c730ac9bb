// SPDX-License-Identifier: Apache-2.0
//
// The one thread's loop: file descriptors by epoll(7), timers by one timerfd. Without either due it sleeps in
// the kernel: an idle program wakes up for nothing, and after a second of that it has given back what it can.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace masu::event {

inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000 * kMillisecond;

class Loop {
 public:
  using OnReady = std::function<void(std::uint32_t events)>;  ///< events as of epoll_wait(2)
  using Action = std::function<void()>;
  using Timer = std::pair<std::int64_t, std::uint64_t>;  ///< when it is due (CLOCK_MONOTONIC), and a number

  static Result<std::unique_ptr<Loop>> make();

  /// Calls `ready` whenever `fd` has one of the events (0: only errors and hang-ups), level-triggered. The fd
  /// stays its owner's, who calls forget() before it is closed.
  Result<> watch(int fd, std::uint32_t events, OnReady ready);
  void change(int fd, std::uint32_t events);
  void forget(int fd);

  Timer after(std::int64_t delay_ns, Action action);
  void cancel(const Timer& timer);
  /// Once the events at hand are dealt with.
  void later(Action action);

  /// Runs until stop().
  Result<> run();
  void stop() { stopped_ = true; }

 private:
  struct Watched {
    std::uint32_t generation;
    std::shared_ptr<OnReady> ready;
  };
  Loop(sys::Fd epoll, sys::Fd clock) : epoll_(std::move(epoll)), clock_(std::move(clock)) {}
  void dispatch(std::uint64_t tag, std::uint32_t events);
  void run_due();
  void run_later();
  void arm();

  sys::Fd epoll_, clock_;
  std::unordered_map<int, Watched> watched_;
  std::map<Timer, Action> timers_;
  std::vector<Action> later_;
  std::uint32_t generation_ = 0;
  std::uint64_t last_timer_ = 0;
  std::int64_t armed_ = 0;  // what the timerfd is set to; 0: off
  bool stopped_ = false;
};

}  // namespace masu::event
