// SPDX-License-Identifier: Apache-2.0
//
// Programs in the kernel that they are for: a child loads one and reports what its calls yield.
#include "masu/seccomp/load.h"

#include "masu/seccomp/compile.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::seccomp {
namespace {

using sys::raw::call;

Program must_compile(const spec::Seccomp& profile) {
  auto program = compile(profile, Host::probe());
  EXPECT_TRUE(program) << program.error().message();
  return std::move(*program);
}

int load(const Program& program) noexcept {
  (void)sys::raw::prctl(PR_SET_NO_NEW_PRIVS, 1);
  return load_raw(program.code.data(), static_cast<unsigned short>(program.code.size()), program.flags);
}

// The status of a child that runs this and exits with what it yields.
template <class Body>
int status_of(Body body) {
  const pid_t child = fork();
  if (child == 0) sys::raw::exit(body());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

spec::Seccomp allow_all_but(std::vector<std::string> names, std::uint32_t action) {
  spec::Seccomp profile;
  profile.default_action = {SECCOMP_RET_ALLOW};
  profile.syscalls.push_back({std::move(names), {action}, std::nullopt, {}});
  return profile;
}

TEST(Load, ReturnsTheErrno) {
  auto profile = allow_all_but({"getppid"}, SECCOMP_RET_ERRNO);
  profile.syscalls[0].errno_ret = EDOM;
  const Program program = must_compile(profile);
  const int status = status_of([&] { return load(program) != 0 ? 1 : call(SYS_getppid) == -EDOM ? 42 : 2; });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << status;
}

TEST(Load, ComparesArguments) {
  auto profile = allow_all_but({"getpgid"}, SECCOMP_RET_ERRNO);
  profile.syscalls[0].args = {{0, 0x100000000, 0, spec::SeccompOp::ge}};
  const Program program = must_compile(profile);
  const int status = status_of([&] {
    if (load(program) != 0) return 1;
    if (call(SYS_getpgid, 0x100000000L) != -EPERM) return 2;
    return call(SYS_getpgid, 0L) > 0 ? 42 : 3;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << status;
}

TEST(Load, KillsTheProcess) {
  const Program program = must_compile(allow_all_but({"getppid"}, SECCOMP_RET_KILL_PROCESS));
  const int status = status_of([&] {
    (void)load(program);
    (void)call(SYS_getppid);
    return 1;
  });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) << status;
}

TEST(Load, HidesNewCalls) {
  spec::Seccomp profile;
  profile.default_action = {SECCOMP_RET_ERRNO};
  // sigaltstack: a sanitizer takes its own away at the end.
  profile.syscalls.push_back(
      {{"exit_group", "getpid", "openat2", "sigaltstack"}, {SECCOMP_RET_ALLOW}, std::nullopt, {}});
  const Program program = must_compile(profile);
  const int status = status_of([&] {
    if (load(program) != 0) return 1;
    if (call(SYS_getppid) != -EPERM || call(SYS_getpid) <= 0) return 2;
    return call(SYS_openat2 + 1, -1, 0, 0) == -ENOSYS && call(5000) == -ENOSYS ? 42 : 3;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << status;
}

TEST(Load, SaysWhyNot) {
  const Program program = must_compile(allow_all_but({"getppid"}, SECCOMP_RET_ERRNO));
  EXPECT_EQ(load_raw(program.code.data(), 0, 0), -EINVAL);
  EXPECT_EQ(load_raw(program.code.data(), static_cast<unsigned short>(program.code.size()), 1u << 31),
            -EINVAL);
}

TEST(Load, GivesTheListener) {
  auto profile = allow_all_but({"getppid"}, SECCOMP_RET_USER_NOTIF);
  profile.listener_path = "/run/agent.sock";
  const Program program = must_compile(profile);
  auto sockets = sys::socket_pair();
  ASSERT_TRUE(sockets);
  const pid_t child = fork();
  if (child == 0) {
    const int listener = load(program);
    if (listener <= 0) sys::raw::exit(1);
    char byte = 0;
    if (sys::send_message(sockets->second.get(), &byte, 1, listener) != 1) sys::raw::exit(2);
    sys::raw::exit(call(SYS_getppid) == 4242 ? 42 : 3);
  }
  char byte = 1;
  int fd = -1;
  ASSERT_EQ(sys::receive_message(sockets->first.get(), &byte, 1, &fd), 1);
  const sys::Fd listener(fd);
  seccomp_notif request{};
  ASSERT_EQ(ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_RECV, &request), 0) << errno;
  EXPECT_EQ(request.pid, static_cast<std::uint32_t>(child));
  EXPECT_EQ(request.data.nr, SYS_getppid);
  seccomp_notif_resp answer{};
  answer.id = request.id;
  answer.val = 4242;
  ASSERT_EQ(ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer), 0) << errno;
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << status;
}

TEST(Host, KnowsWhatTheKernelTakes) {
  const Host host = Host::probe();
  EXPECT_NE(host.flags & SECCOMP_FILTER_FLAG_LOG, 0u) << "Linux 4.14";
  // Whatever it claims, the kernel takes.
  Program program = must_compile(allow_all_but({"getppid"}, SECCOMP_RET_ERRNO));
  program.flags = host.flags & (SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  const int status = status_of([&] { return load(program) == 0 ? 42 : 1; });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << status;
}

}  // namespace
}  // namespace masu::seccomp
