// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <algorithm>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr int kBacklog = 1024;
constexpr rlim_t kOwnFds = 64;  // beside those of clients
constexpr rlim_t kMostClients = 4096;

// Root, and whoever runs us.
bool may_connect(int fd) {
  struct {
    pid_t pid;
    uid_t uid;
    gid_t gid;
  } peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == geteuid();
}

std::size_t most_clients() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kOwnFds;
  return std::min(limit.rlim_cur > 2 * kOwnFds ? limit.rlim_cur - kOwnFds : kOwnFds, kMostClients);
}

}  // namespace

Server::Server(event::Loop& loop, sys::Fd listener, Connection::Handler handler)
    : loop_(loop), listener_(std::move(listener)), handler_(std::move(handler)), most_(most_clients()) {}

Server::~Server() {
  loop_.forget(listener_.get());
  const auto open = std::move(connections_);
  connections_.clear();
  for (const auto& connection : open) connection->close();
}

Result<std::unique_ptr<Server>> Server::listen(event::Loop& loop, Keeping& keeping, int directory,
                                               const char* name, Connection::Handler handler) {
  sys::Fd listener = keeping.take(name);
  if (!listener.valid()) {
    (void)sys::raw::unlinkat(directory, name, 0);
    listener = TRY(sys::listen_at(directory, name, SOCK_STREAM | SOCK_NONBLOCK));
    (void)sys::raw::call(SYS_listen, listener.get(), kBacklog);
    keeping.hold(name, listener);
  }
  return std::unique_ptr<Server>(new Server(loop, std::move(listener), std::move(handler)));
}

Result<> Server::serve() {
  return loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
}

void Server::accept() {
  const long fd =
      sys::raw::call(SYS_accept4, listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    // No fd is left: the client waits until another goes. Level-triggered, this would be told of for ever.
    if ((fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOBUFS) && !connections_.empty()) {
      full_ = true;
      loop_.change(listener_.get(), 0);
    }
    return;
  }
  sys::Fd client(static_cast<int>(fd));
  if (!may_connect(client.get())) return;
  const auto connection = std::make_shared<Connection>(loop_, std::move(client), handler_,
                                                       [this](Connection* closed) { forget(closed); });
  if (!connection->open()) return;
  connections_.insert(connection);
  if (connections_.size() < most_) return;
  full_ = true;
  loop_.change(listener_.get(), 0);
}

void Server::forget(Connection* connection) {
  const auto found =
      std::ranges::find_if(connections_, [&](const auto& item) { return item.get() == connection; });
  if (found == connections_.end()) return;
  // It is in the middle of a call of its own.
  loop_.later([kept = *found] { (void)kept; });
  connections_.erase(found);
  if (full_) {
    full_ = false;
    loop_.change(listener_.get(), EPOLLIN);
  }
  check_drained();
}

void Server::check_drained() {
  if (!drained_ || !connections_.empty()) return;
  loop_.later(std::exchange(drained_, nullptr));
}

void Server::drain(std::int64_t deadline_ns, std::function<void()> done) {
  drained_ = std::move(done);
  loop_.forget(listener_.get());
  loop_.after(deadline_ns, [this] {
    if (drained_) std::exchange(drained_, nullptr)();
  });
  const auto open = connections_;
  for (const auto& connection : open) connection->finish();
  check_drained();
}

}  // namespace masu::shim
