// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/process.h"

#include "masu/sys/raw.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <thread>

namespace masu::sys {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Runs /bin/sh -c script.
long spawn_shell(const char* script, int* pidfd, Spawn how = {}) {
  const char* argv[] = {"sh", "-c", script, nullptr};
  how.path = "/bin/sh";
  how.argv = const_cast<char* const*>(argv);
  how.envp = environ;
  return spawn(how, pidfd);
}

TEST(Find, NeedsThePidAndTheStartTime) {
  const auto stat = read_process_stat(getpid()).value();
  EXPECT_EQ(stat.parent, getppid());
  EXPECT_EQ(stat.state, 'R');
  EXPECT_EQ(Process::find(getpid(), stat.start_time).value()->pid(), getpid());
  EXPECT_FALSE(Process::find(getpid(), stat.start_time + 1).value());
  EXPECT_FALSE(Process::find(0, 0).value());
  EXPECT_FALSE(Process::find(-1, 0).value());
  EXPECT_FALSE(Process::find(1 << 22, 0).value());  // above PID_MAX_LIMIT
}

TEST(Find, SeesNoZombiesAndNoThreads) {
  const pid_t pid = fork();
  if (pid == 0) _exit(0);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  const auto stat = read_process_stat(pid).value();
  EXPECT_EQ(stat.state, 'Z');
  EXPECT_FALSE(Process::find(pid, stat.start_time).value());
  waitpid(pid, nullptr, 0);
  EXPECT_EQ(read_process_stat(pid).error().err(), ENOENT);
  // A number that is a thread's by now is not an error but somebody else.
  std::thread([] {
    const auto found = Process::find(gettid(), 1);
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found);
  }).join();
}

TEST(Spawn, RunsAProgramAndYieldsItsStatus) {
  int pidfd = -1;
  const long pid = spawn_shell("exit 7", &pidfd);
  ASSERT_GT(pid, 0);
  Process process(static_cast<pid_t>(pid), Fd(pidfd));
  EXPECT_EQ(process.reap().value(), 7);
  EXPECT_EQ(process.reap().error().err(), ECHILD);
}

TEST(Spawn, SaysWhyAProgramCannotRun) {
  const int before = test::open_fds();
  const char* argv[] = {"x", nullptr};
  int pidfd = -1;
  const Spawn missing{.path = "/nonexistent", .argv = const_cast<char* const*>(argv), .envp = environ};
  EXPECT_EQ(spawn(missing, &pidfd), -ENOENT);
  const Spawn directory{.path = "/tmp", .argv = const_cast<char* const*>(argv), .envp = environ};
  EXPECT_EQ(spawn(directory, &pidfd), -EACCES);
  EXPECT_EQ(test::open_fds(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);  // no zombie either
}

TEST(Spawn, StartsWithCleanSignalsAndFds) {
  sigset_t all, old;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &old);
  const auto handler = signal(SIGUSR1, SIG_IGN);
  int out[2];
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  int pidfd = -1;
  ASSERT_GT(spawn_shell("grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd", &pidfd,
                        {.stdout_fd = out[1]}),
            0);
  close(out[1]);
  signal(SIGUSR1, handler);
  sigprocmask(SIG_SETMASK, &old, nullptr);
  const std::string text = read_all(out[0]).value();
  EXPECT_NE(text.find("SigBlk:\t0000000000000000"), std::string::npos) << text;
  EXPECT_NE(text.find("SigIgn:\t0000000000000000"), std::string::npos) << text;
  close(out[0]);
  int status = 0;
  EXPECT_EQ(wait_spawned(pidfd, -1, &status), 0);
  close(pidfd);
}

TEST(Spawn, CrossesStdio) {
  // stdout becomes our stderr and the other way round; 0 stays closed.
  int out[2], err[2];
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(err, O_CLOEXEC), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(out[1], 1);
    dup2(err[1], 2);
    close(0);  // so that the pipe of spawn() itself gets a number of stdio
    int pidfd = -1;
    const long child = spawn_shell("echo to-out; echo to-err >&2", &pidfd,
                                   {.stdin_fd = out[0], .stdout_fd = 2, .stderr_fd = 1});
    int status = 0;
    _exit(child > 0 && wait_spawned(pidfd, -1, &status) == 0 && status == 0 ? 0 : 1);
  }
  close(out[1]);
  close(err[1]);
  EXPECT_EQ(read_all(out[0]).value(), "to-err\n");
  EXPECT_EQ(read_all(err[0]).value(), "to-out\n");
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  close(out[0]);
  close(err[0]);
}

TEST(WaitSpawned, KillsAtTheDeadline) {
  int pidfd = -1;
  ASSERT_GT(spawn_shell("exec sleep 60", &pidfd), 0);
  const auto begin = raw::monotonic_ns();
  int status = 0;
  EXPECT_EQ(wait_spawned(pidfd, begin + kSecond / 5, &status), -ETIMEDOUT);
  EXPECT_EQ(status, SIGKILL);
  EXPECT_GE(raw::monotonic_ns() - begin, kSecond / 5);
  EXPECT_LT(raw::monotonic_ns() - begin, 20 * kSecond);
  close(pidfd);
}

TEST(Process, SignalsAndWaits) {
  int pidfd = -1;
  const long pid = spawn_shell("exec sleep 60", &pidfd);
  ASSERT_GT(pid, 0);
  Process process(static_cast<pid_t>(pid), Fd(pidfd));
  EXPECT_FALSE(process.wait_ended(raw::monotonic_ns() + kSecond / 20).value());
  EXPECT_TRUE(process.signal(0));
  EXPECT_TRUE(process.signal(SIGTERM));
  EXPECT_TRUE(process.wait_ended(raw::monotonic_ns() + 20 * kSecond).value());
  EXPECT_EQ(process.reap().value(), 128 + SIGTERM);
  EXPECT_EQ(process.signal(SIGTERM).error().err(), ESRCH);
}

TEST(BootId, IsAUuid) { EXPECT_EQ(read_boot_id().value().size(), 36u); }

}  // namespace
}  // namespace masu::sys
