// SPDX-License-Identifier: Apache-2.0
//
// Unix sockets that carry messages and file descriptors. Names longer than sun_path (108 bytes) are reached
// through the directory's fd.
#pragma once

#include "masu/sys/fd.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace masu::sys {

/// One message of a SEQPACKET (or the next bytes of a STREAM) with at most one fd beside it; `fd` -1: none.
/// Never raises SIGPIPE. Yields the bytes sent, or -errno. Without allocation.
long send_message(int socket, const void* bytes, std::size_t size, int fd = -1) noexcept;

/// Receives one message; a passed fd lands in `*fd` (-1 if none came; if `fd` is null it is closed). 0: the
/// peer is gone.
long receive_message(int socket, void* bytes, std::size_t size, int* fd = nullptr) noexcept;

/// The same with up to 32 fds, all of them or none.
long send_with_fds(int socket, const void* bytes, std::size_t size, std::span<const int> fds) noexcept;
/// The same for fds: `*count` says how many came; more than `fds` holds are closed by the kernel.
long receive_with_fds(int socket, void* bytes, std::size_t size, std::span<int> fds,
                      std::size_t* count) noexcept;

/// A connected pair of SOCK_SEQPACKET sockets.
Result<std::pair<Fd, Fd>> socket_pair();

/// Binds `name` in the directory `dir` with this mode, less the umask.
Result<Fd> bind_at(int dir, const char* name, int type, unsigned mode);
/// Binds `name` in the directory `dir` (mode 0600) and listens; `type` is SOCK_STREAM or SOCK_SEQPACKET.
Result<Fd> listen_at(int dir, const char* name, int type);
/// Connects to `name` in the directory `dir`.
Result<Fd> connect_at(int dir, const char* name, int type);
/// Connects to a path of any length, or with @name to an abstract name (unix(7)).
Result<Fd> connect_to(const std::string& path, int type);

}  // namespace masu::sys
