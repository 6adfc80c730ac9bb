// SPDX-License-Identifier: Apache-2.0
#include "keeping.h"

#include "masu/base/text.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "pidfd_info.h"

#include <algorithm>

#include <sys/epoll.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr std::string_view kSocketPrefix = "socket-";

KeeperMessage named(KeeperMessage::Kind kind, const std::string& name) {
  KeeperMessage message{.kind = kind};
  name.copy(message.name, sizeof message.name - 1);
  return message;
}

bool is_child_of(pid_t pid, pid_t parent) {
  const auto stat = sys::read_process_stat(pid);
  return stat && stat->parent == parent;
}

}  // namespace

std::string held_name(unsigned number) { return cat(kSocketPrefix, number); }

Keeping::Keeping(event::Loop& loop, Inheritance inheritance)
    : loop_(loop),
      socket_(std::move(inheritance.socket)),
      held_(std::move(inheritance.held)),
      heir_(inheritance.heir) {}

Keeping::~Keeping() {
  if (socket_.valid()) loop_.forget(socket_.get());
  for (const auto& [pid, followed] : followed_)
    if (followed.pidfd.valid()) loop_.forget(followed.pidfd.get());
}

Result<> Keeping::open() {
  (void)sys::raw::fcntl(socket_.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  return loop_.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { receive(); });
}

void Keeping::send(const KeeperMessage& message, int fd) const {
  if (socket_.valid()) (void)sys::send_message(socket_.get(), &message, sizeof message, fd);
}

void Keeping::hold(const std::string& name, const sys::Fd& fd) {
  send(named(KeeperMessage::Kind::hold, name), fd.get());
}

void Keeping::drop(const std::string& name) { send(named(KeeperMessage::Kind::drop, name)); }

sys::Fd Keeping::take(const std::string& name) {
  const auto found = held_.find(name);
  if (found == held_.end()) return {};
  sys::Fd fd = std::move(found->second);
  held_.erase(found);
  return fd;
}

void Keeping::ready() {
  if (!heir_) return;
  std::erase_if(held_, [this](const auto& entry) {
    if (entry.first.starts_with(kSocketPrefix)) return false;
    drop(entry.first);  // nobody has a use for it
    return true;
  });
  send({.kind = KeeperMessage::Kind::ready});
}

void Keeping::follow(pid_t pid, OnEnd on_end) {
  followed_[pid] = {.on_end = std::move(on_end), .pidfd = {}};
  if (socket_.valid() && is_child_of(pid, getppid()))
    return send({.kind = KeeperMessage::Kind::expect, .pid = pid});
  follow_stranger(pid);
}

void Keeping::follow_stranger(pid_t pid) {
  Followed& followed = followed_[pid];
  followed.pidfd = sys::Fd(sys::raw::pidfd_open(pid));
  const int pidfd = followed.pidfd.get();
  const auto ended = [this, pid, pidfd](std::uint32_t) {
    loop_.forget(pidfd);
    wait_for_exit_status(loop_, pidfd,
                         [this, pid, alive = std::weak_ptr<bool>(alive_)](std::optional<int> status) {
                           if (!alive.expired()) tell(pid, status);
                         });
  };
  if (pidfd >= 0 && loop_.watch(pidfd, EPOLLIN, ended)) return;
  loop_.later([this, pid] { tell(pid, std::nullopt); });
}

void Keeping::tell(pid_t pid, std::optional<int> status) {
  const auto found = followed_.find(pid);
  if (found == followed_.end()) return;
  const OnEnd on_end = std::move(found->second.on_end);
  followed_.erase(found);
  on_end(status);
}

void Keeping::forget(pid_t pid) {
  const auto found = followed_.find(pid);
  if (found == followed_.end()) return;
  if (found->second.pidfd.valid()) loop_.forget(found->second.pidfd.get());
  followed_.erase(found);
}

void Keeping::settle(pid_t pid) { send({.kind = KeeperMessage::Kind::settle, .pid = pid}); }

void Keeping::receive() {
  KeeperMessage message;
  const long got = sys::receive_message(socket_.get(), &message, sizeof message);
  if (got == -EAGAIN || got == -EINTR) return;
  if (got == sizeof message) {
    if (message.kind == KeeperMessage::Kind::ended) tell(message.pid, message.status);
    return;
  }
  // It has been killed itself: its children go to another parent, whose they are now.
  loop_.forget(socket_.get());
  socket_.reset();
  std::vector<pid_t> pids;
  for (const auto& [pid, followed] : followed_)
    if (!followed.pidfd.valid()) pids.push_back(pid);
  for (const pid_t pid : pids) follow_stranger(pid);
}

}  // namespace masu::shim
