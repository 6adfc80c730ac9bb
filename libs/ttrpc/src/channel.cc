// SPDX-License-Identifier: Apache-2.0
#include "channel.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace masu::ttrpc {
namespace {

// A peer that takes nothing is let go before it costs us our memory.
constexpr std::size_t kMostOutput = 4 * kLongestMessage;

}  // namespace

Result<std::unique_ptr<Channel>> Channel::make(event::Loop& loop, sys::Fd socket, OnFrame frame,
                                               OnClosed closed) {
  const int fd = socket.get();
  std::unique_ptr<Channel> channel(new Channel(loop, std::move(socket), std::move(frame), std::move(closed)));
  Channel* self = channel.get();
  TRY(loop.watch(fd, EPOLLIN, [self](std::uint32_t events) { self->ready(events); }));
  return channel;
}

Channel::~Channel() {
  *alive_ = false;
  if (socket_.valid()) loop_.forget(socket_.get());
}

void Channel::ready(std::uint32_t events) {
  const auto alive = alive_;
  if ((events & EPOLLOUT) != 0) flush();
  if (*alive && socket_.valid() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) take();
}

void Channel::take() {
  const auto alive = alive_;
  char bytes[16384];
  const long got =
      sys::raw::call(SYS_recvfrom, socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT, nullptr, nullptr);
  if (got == -EAGAIN || got == -EINTR) return;
  if (got <= 0) return close();
  input_.feed({bytes, static_cast<std::size_t>(got)});
  while (const auto frame = input_.next()) {
    on_frame_(*frame);
    if (!*alive || !socket_.valid()) return;
  }
}

void Channel::send(Type type, std::uint32_t stream, std::string_view message) {
  if (!socket_.valid()) return;
  append_frame(output_, type, stream, message);
  flush();
}

void Channel::flush() {
  std::size_t done = 0;
  while (done < output_.size()) {
    const long sent = sys::raw::call(SYS_sendto, socket_.get(), output_.data() + done, output_.size() - done,
                                     MSG_DONTWAIT | MSG_NOSIGNAL, nullptr, 0);
    if (sent == -EINTR) continue;
    if (sent == -EAGAIN) break;
    if (sent < 0) return close();
    done += static_cast<std::size_t>(sent);
  }
  output_.erase(0, done);
  if (output_.size() > kMostOutput) return close();
  if (output_.empty()) std::string().swap(output_);
  loop_.change(socket_.get(), output_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void Channel::close() {
  if (!socket_.valid()) return;
  loop_.forget(socket_.get());
  socket_.reset();
  loop_.later([this, alive = alive_] {
    if (!*alive) return;
    const OnClosed closed = std::move(on_closed_);  // which may be the end of us
    closed();
  });
}

}  // namespace masu::ttrpc
