// SPDX-License-Identifier: Apache-2.0
#include "pump.h"

#include "masu/base/log.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <sys/epoll.h>

namespace masu::containerd {
namespace {

namespace raw = sys::raw;

// The others have their turn after as much.
constexpr int kMostAtOnce = 64;

bool is_ready(int fd, short events) {
  pollfd poll{fd, events, 0};
  return raw::poll_until(&poll, 1, 0) > 0;
}

}  // namespace

Result<std::unique_ptr<Pump>> Pump::make(event::Loop& loop, sys::Fd from, sys::Fd to,
                                         std::function<void()> ended) {
  std::unique_ptr<Pump> pump(new Pump(loop, std::move(from), std::move(to), std::move(ended)));
  TRY(pump->watch_source());
  return pump;
}

Pump::~Pump() {
  *alive_ = false;
  loop_.forget(from_.get());
  loop_.forget(to_.get());
}

Result<> Pump::watch_source() {
  return loop_.watch(from_.get(), EPOLLIN, [this](std::uint32_t) { run(); });
}

void Pump::run() {
  Moved moved = Moved::some;
  for (int i = 0; i < kMostAtOnce && moved == Moved::some; ++i) moved = move();
  wait_for(moved);
}

// An fd that cannot move on is not watched at all: epoll would tell of its hang-up again and again.
void Pump::wait_for(Moved moved) {
  if (moved == Moved::some || moved == Moved::empty) return;
  loop_.forget(from_.get());
  if (moved == Moved::full) {
    auto watched = loop_.watch(to_.get(), EPOLLOUT, [this](std::uint32_t) {
      loop_.forget(to_.get());
      if (auto again = watch_source(); !again) return log::write(again.error());
      run();
    });
    if (watched) return;
    log::write(watched.error());
  }
  loop_.later([this, alive = alive_] {
    if (!*alive) return;
    const auto ended = std::move(ended_);  // which lets the pump go
    ended();
  });
}

Pump::Moved Pump::move() {
  if (!pending_.empty())
    if (const Moved flushed = flush(); flushed != Moved::some) return flushed;
  return splices_ ? splice() : copy();
}

Pump::Moved Pump::splice() {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  constexpr unsigned kMove = 1, kNonblock = 2;  // SPLICE_F_*
  const long moved =
      raw::call(SYS_splice, from_.get(), nullptr, to_.get(), nullptr, kMost, kMove | kNonblock);
  if (moved > 0) return Moved::some;
  if (moved == 0) return Moved::ended;
  if (moved == -EINTR) return Moved::some;
  if (moved == -EAGAIN) return is_ready(from_.get(), POLLIN) ? Moved::full : Moved::empty;
  if (moved != -EINVAL) return Moved::ended;
  splices_ = false;  // none of the two is a pipe, or one is a file that is appended to
  return Moved::some;
}

Pump::Moved Pump::copy() {
  char bytes[4096];
  const long got = raw::read(from_.get(), bytes, sizeof bytes);
  if (got == -EINTR) return Moved::some;
  if (got == -EAGAIN) return Moved::empty;
  if (got <= 0) return Moved::ended;  // a master whose terminal is closed says EIO
  pending_.assign(bytes, static_cast<std::size_t>(got));
  return flush();
}

Pump::Moved Pump::flush() {
  const long put = raw::write(to_.get(), pending_.data(), pending_.size());
  if (put == -EINTR) return Moved::some;
  if (put == -EAGAIN) return Moved::full;
  if (put < 0) return Moved::ended;
  pending_.erase(0, static_cast<std::size_t>(put));
  if (pending_.empty()) std::string().swap(pending_);
  return pending_.empty() ? Moved::some : Moved::full;
}

}  // namespace masu::containerd
