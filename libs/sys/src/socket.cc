// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/socket.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

namespace masu::sys {
namespace {

constexpr std::size_t kMaxFds = 32;
// size_t to the kernel and glibc; musl has the lower half of it, the upper being padding, which has to be
// zero.
using ControlSize = decltype(msghdr::msg_controllen);

// Room for the fds beside a message.
union Control {
  char bytes[CMSG_SPACE(kMaxFds * sizeof(int))];
  cmsghdr align;
};

// /proc/self/fd/N/name fits into sun_path for every N and every name of up to 80 bytes.
std::string path_at(int dir, const char* name) {
  return dir == AT_FDCWD ? std::string(name) : cat("/proc/self/fd/", dir, "/", name);
}

Result<sockaddr_un> make_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Error::sys(ENAMETOOLONG, cat("socket ", quote(path))));
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Result<Fd> make_socket(int type) {
  const long fd = raw::call(SYS_socket, AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(Error::sys(static_cast<int>(-fd), "make a unix socket"));
  return Fd(static_cast<int>(fd));
}

// An abstract name has no end of its own: the address is as long as the name (unix(7)).
Result<Fd> connect_abstract(const std::string& name, int type) {
  Fd fd = TRY(make_socket(type));
  sockaddr_un address = TRY(make_address(name));
  address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  long connected = -EINTR;
  while (connected == -EINTR) connected = raw::call(SYS_connect, fd.get(), &address, size);
  if (connected < 0)
    return fail(Error::sys(static_cast<int>(-connected), cat("connect to socket ", quote(name))));
  return fd;
}

}  // namespace

long send_with_fds(int socket, const void* bytes, std::size_t size, std::span<const int> fds) noexcept {
  if (fds.size() > kMaxFds) return -EINVAL;
  iovec piece{const_cast<void*>(bytes), size};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  Control control{};
  if (!fds.empty()) {
    message.msg_control = control.bytes;
    message.msg_controllen = static_cast<ControlSize>(CMSG_SPACE(fds.size_bytes()));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = static_cast<ControlSize>(CMSG_LEN(fds.size_bytes()));
    memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  long sent = -EINTR;
  while (sent == -EINTR) sent = raw::call(SYS_sendmsg, socket, &message, MSG_NOSIGNAL);
  return sent;
}

long receive_with_fds(int socket, void* bytes, std::size_t size, std::span<int> fds,
                      std::size_t* count) noexcept {
  iovec piece{bytes, size};
  Control control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  // CMSG_LEN, not CMSG_SPACE: its padding would let one more fd in than there is room for.
  message.msg_controllen =
      static_cast<ControlSize>(CMSG_LEN((fds.size() < kMaxFds ? fds.size() : kMaxFds) * sizeof(int)));
  long got = -EINTR;
  while (got == -EINTR) got = raw::call(SYS_recvmsg, socket, &message, MSG_CMSG_CLOEXEC);
  *count = 0;
  const cmsghdr* header = got >= 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    *count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds.data(), CMSG_DATA(header), *count * sizeof(int));
  }
  return got;
}

long send_message(int socket, const void* bytes, std::size_t size, int fd) noexcept {
  return send_with_fds(socket, bytes, size, fd >= 0 ? std::span<const int>(&fd, 1) : std::span<const int>());
}

long receive_message(int socket, void* bytes, std::size_t size, int* fd) noexcept {
  int received = -1;
  std::size_t count = 0;
  const long got = receive_with_fds(socket, bytes, size, {&received, 1}, &count);
  if (count == 0) received = -1;
  if (fd != nullptr)
    *fd = received;
  else if (received >= 0)
    raw::close(received);
  return got;
}

Result<std::pair<Fd, Fd>> socket_pair() {
  int fds[2];
  const long made = raw::call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);
  if (made < 0) return fail(Error::sys(static_cast<int>(-made), "make a socket pair"));
  return std::pair{Fd(fds[0]), Fd(fds[1])};
}

Result<Fd> bind_at(int dir, const char* name, int type, unsigned mode) {
  Fd fd = TRY(make_socket(type));
  const sockaddr_un address = TRY(make_address(path_at(dir, name)));
  // The socket file takes its mode from the socket's inode: set before bind, so that it is never wider.
  if (const int changed = raw::fchmod(fd.get(), mode); changed < 0)
    return fail(Error::sys(-changed, cat("set the mode of socket ", quote(name))));
  if (const long bound = raw::call(SYS_bind, fd.get(), &address, sizeof address); bound < 0)
    return fail(Error::sys(static_cast<int>(-bound), cat("bind socket ", quote(name))));
  return fd;
}

Result<Fd> listen_at(int dir, const char* name, int type) {
  Fd fd = TRY(bind_at(dir, name, type, 0600));
  if (const long listening = raw::call(SYS_listen, fd.get(), 16); listening < 0)
    return fail(Error::sys(static_cast<int>(-listening), cat("listen on socket ", quote(name))));
  return fd;
}

namespace {

Result<Fd> connect_shown(int dir, const char* name, int type, std::string_view shown) {
  Fd fd = TRY(make_socket(type));
  // A name too long even so is reached through an fd of the socket file itself; bind(2) has no such way.
  std::string path = path_at(dir, name);
  Fd file;
  if (path.size() >= sizeof sockaddr_un::sun_path) {
    file = TRY(open_at(dir, name, O_PATH));
    path = cat("/proc/self/fd/", file.get());
  }
  const sockaddr_un address = TRY(make_address(path));
  long connected = -EINTR;
  while (connected == -EINTR) connected = raw::call(SYS_connect, fd.get(), &address, sizeof address);
  if (connected < 0)
    return fail(Error::sys(static_cast<int>(-connected), cat("connect to socket ", quote(shown))));
  return fd;
}

}  // namespace

Result<Fd> connect_at(int dir, const char* name, int type) { return connect_shown(dir, name, type, name); }

Result<Fd> connect_to(const std::string& path, int type) {
  if (path.starts_with('@')) return connect_abstract(path, type);
  const auto slash = path.rfind('/');
  const std::string dir = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  Fd parent = TRY_IN(open(dir, O_PATH | O_DIRECTORY), cat("socket ", quote(path)));
  return connect_shown(parent.get(), name.c_str(), type, path);
}

}  // namespace masu::sys
