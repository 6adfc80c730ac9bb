// SPDX-License-Identifier: Apache-2.0
#include "notify.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <cerrno>
#include <csignal>

#include <linux/sched.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace masu::container {
namespace {

constexpr char kDirectory[] = "notify";
constexpr char kSocket[] = "notify.sock";
constexpr std::string_view kMountPoint = "/run/notify";

bool says_ready(std::string_view message) {
  for (const auto line : text::split(message, '\n'))
    if (line == "READY=1") return true;
  return false;
}

}  // namespace

Result<> offer_notify_socket(const Entry& entry, const std::string& root, spec::Config& config) {
  const int made = sys::raw::mkdirat(entry.dir(), kDirectory, 0755);
  if (made < 0) return fail(Error::sys(-made, "make the directory of the notify socket"));
  config.mounts.push_back({.destination = std::string(kMountPoint),
                           .type = "bind",
                           .source = cat(root, "/", entry.id(), "/", kDirectory),
                           .options = {"bind", "ro", "nosuid", "noexec", "nodev"}});
  config.process->env.push_back(cat("NOTIFY_SOCKET=", kMountPoint, "/", kSocket));
  return {};
}

Result<NotifyRelay> NotifyRelay::open(const Entry& entry, const std::string& outer) {
  const sys::Fd directory = TRY(sys::open_at(entry.dir(), kDirectory, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  (void)sys::raw::unlinkat(directory.get(), kSocket, 0);  // of a start that was killed
  sys::Fd inner = TRY_IN(sys::bind_at(directory.get(), kSocket, SOCK_DGRAM, 0777), "NOTIFY_SOCKET");
  // Any user of the container may speak, whatever our umask.
  if (const long changed = sys::raw::call(SYS_fchmodat, directory.get(), kSocket, 0777); changed < 0)
    return fail(Error::sys(static_cast<int>(-changed), "set the mode of the notify socket"));
  sys::Fd manager = TRY_IN(sys::connect_to(outer, SOCK_DGRAM), "NOTIFY_SOCKET");
  return NotifyRelay(std::move(inner), std::move(manager));
}

Result<> NotifyRelay::tell(const sys::Process& init) const {
  const std::string ready = cat("READY=1\nMAINPID=", init.pid(), "\n");
  if (const long sent = sys::send_message(outer_.get(), ready.data(), ready.size()); sent < 0)
    return fail(Error::sys(static_cast<int>(-sent), "tell NOTIFY_SOCKET that the container is ready"));
  // sd_notify_barrier(3): the manager closes the pipe when he has read all that came before it.
  int pipe[2];
  if (const long made = sys::raw::call(SYS_pipe2, pipe, O_CLOEXEC); made < 0) return {};
  const sys::Fd reader(pipe[0]);
  sys::Fd writer(pipe[1]);
  constexpr std::string_view kBarrier = "BARRIER=1";
  const long sent = sys::send_message(outer_.get(), kBarrier.data(), kBarrier.size(), writer.get());
  writer.reset();
  if (sent < 0) return {};  // an older manager: he has got the first message all the same
  constexpr std::int64_t kPatience = 30'000'000'000;
  pollfd closed{reader.get(), 0, 0};  // POLLHUP comes unasked
  (void)sys::raw::poll_until(&closed, 1, sys::raw::monotonic_ns() + kPatience);
  return {};
}

Result<> NotifyRelay::run(const sys::Process& init) const {
  for (;;) {
    pollfd fds[] = {{inner_.get(), POLLIN, 0}, {init.pidfd(), POLLIN, 0}};
    constexpr std::int64_t kHour = 3600'000'000'000;
    if (const int polled = sys::raw::poll_until(fds, 2, sys::raw::monotonic_ns() + kHour); polled < 0)
      return fail(Error::sys(-polled, "wait for the container's notification"));
    if (fds[0].revents != 0) {
      char message[4096];
      const long got = sys::receive_message(inner_.get(), message, sizeof message);
      if (got > 0 && says_ready({message, static_cast<std::size_t>(got)})) return tell(init);
    } else if (fds[1].revents != 0) {
      return {};
    }
  }
}

Result<> NotifyRelay::run_in_background(const sys::Process& init) const {
  clone_args args{};
  args.exit_signal = SIGCHLD;
  const long pid = sys::raw::clone3(&args);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), "start the relay of NOTIFY_SOCKET"));
  if (pid > 0) return {};
  (void)sys::raw::prctl(PR_SET_PDEATHSIG, SIGKILL);
  (void)run(init);
  sys::raw::exit(0);
}

}  // namespace masu::container
