// SPDX-License-Identifier: Apache-2.0
//
// What callers get handed of a new process: its pid, its pidfd, its terminal, and the fds that it keeps
// (contract 1.8).
#include "creation.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <cerrno>

#include <asm/ioctls.h>
#include <sys/socket.h>

namespace masu::container {

Result<> reserve_fds(unsigned preserved) {
  pollfd streams[3] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
  if (sys::raw::poll_until(streams, 3, 0) == 0 && preserved == 0) return {};  // none is POLLNVAL, or hung up
  for (int fd = 0; fd < 3 + static_cast<int>(preserved); ++fd) {
    if (sys::raw::fcntl(fd, F_GETFD) >= 0) continue;
    // open(2) takes the lowest free number: this one. A closed standard stream is the payload's /dev/null; a
    // hole among the preserved fds stays one, since ours is O_CLOEXEC.
    const int filled = sys::raw::openat(AT_FDCWD, "/dev/null", O_RDWR);
    if (filled < 0)
      return fail(Error::sys(-filled, cat("take the numbers of ", preserved, " preserved descriptors"))
                      .at("--preserve-fds"));
    if (fd >= 3) continue;
    if (const int kept = sys::raw::fcntl(fd, F_SETFD, 0); kept < 0)
      return fail(Error::sys(-kept, "keep '/dev/null' as a standard stream"));
  }
  return {};
}

Result<> hide_from_ptrace(const Context& context) {
  const int hidden = context.embedded ? 0 : sys::make_undumpable();
  if (hidden < 0) return fail(Error::sys(-hidden, "hide from ptrace(2)"));
  return {};
}

void reap_killed(const sys::Process& child) {
  constexpr std::int64_t kPatience = 10'000'000'000;
  if (child.wait_ended(sys::raw::monotonic_ns() + kPatience).value_or(false)) (void)child.reap();
}

Result<> write_pid_file(const std::string& path, pid_t pid) {
  const auto slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
  sys::Fd dir = TRY_IN(sys::open(directory, O_PATH | O_DIRECTORY), cat("--pid-file ", quote(path)));
  TRY_IN(sys::place_file_at(dir.get(), name.c_str(), std::to_string(pid), 0644),
         cat("--pid-file ", quote(path)));
  return {};
}

Result<> send_pidfd(const std::string& socket, int pidfd, std::string_view what) {
  const sys::Fd connection = TRY(sys::connect_to(socket, SOCK_STREAM));
  const long sent = sys::send_message(connection.get(), what.data(), what.size(), pidfd);
  if (sent < 0) return fail(Error::sys(static_cast<int>(-sent), cat("send the pidfd to ", quote(socket))));
  return {};
}

Result<> send_master(int socket, int master) {
  int number = 0;
  (void)sys::raw::ioctl(master, TIOCGPTN, reinterpret_cast<long>(&number));
  const std::string name = cat("/dev/pts/", number);
  const long sent = sys::send_message(socket, name.data(), name.size(), master);
  if (sent < 0) return fail(Error::sys(static_cast<int>(-sent), "send the terminal to the console socket"));
  return {};
}

}  // namespace masu::container
