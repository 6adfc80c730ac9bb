// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/activation.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <unistd.h>

namespace masu::sys {
namespace {

class Activation : public testing::Test {
 protected:
  ~Activation() override {
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_PID");
  }
};

TEST_F(Activation, CountsWhatIsMeantForUs) {
  EXPECT_EQ(listen_fds(), 0U);
  (void)setenv("LISTEN_FDS", "2", 1);
  EXPECT_EQ(listen_fds(), 2U);
  (void)setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(listen_fds(), 2U);
  (void)setenv("LISTEN_PID", "1", 1);
  EXPECT_EQ(listen_fds(), 0U);
  (void)setenv("LISTEN_PID", "", 1);
  EXPECT_EQ(listen_fds(), 0U);
}

TEST_F(Activation, NonsenseIsNone) {
  for (const char* text : {"", "x", "-1", "1x", "99999999999"}) {
    (void)setenv("LISTEN_FDS", text, 1);
    EXPECT_EQ(listen_fds(), 0U) << text;
  }
}

// What the child sees of the variables, and its pid.
std::string listed(ListenEnvironment& environment) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Fd in(ends[0]);
  Fd out(ends[1]);
  const char* argv[] = {"sh", "-c", R"(echo "$LISTEN_FDS,$((LISTEN_PID - $$)),$MORE")", nullptr};
  int pidfd = -1;
  const long pid = spawn({.path = "/bin/sh",
                          .argv = const_cast<char* const*>(argv),
                          .envp = environment.envp(),
                          .stdout_fd = out.get(),
                          .own_pid = environment.own_pid()},
                         &pidfd);
  EXPECT_GT(pid, 0);
  out.reset();
  int status = -1;
  EXPECT_EQ(wait_spawned(pidfd, -1, &status), 0);
  (void)close(pidfd);
  return read_all(in.get()).value();
}

TEST_F(Activation, TheProgramIsToldItsOwnPid) {
  (void)setenv("LISTEN_FDS", "7", 1);
  (void)setenv("LISTEN_PID", "1", 1);
  const std::string more[] = {"MORE=more"};
  ListenEnvironment environment(2, more);
  EXPECT_EQ(listed(environment), "2,0,more\n");
  EXPECT_EQ(std::string(environment.own_pid()).find_first_not_of("0123456789"), std::string::npos);
}

TEST_F(Activation, WithoutSocketsItHearsOfNone) {
  (void)setenv("LISTEN_FDS", "7", 1);
  ListenEnvironment environment(0);
  EXPECT_EQ(environment.own_pid(), nullptr);
  EXPECT_EQ(listed(environment).substr(0, 2), ",-");
}

}  // namespace
}  // namespace masu::sys
