// SPDX-License-Identifier: Apache-2.0
//
// Each test runs three processes: the test itself as the caller (shell, terminal or pipe reader), a process
// that supervises, as the runtime does, and its child.
#include "foreground.h"

#include "masu/sys/raw.h"
#include "masu/sys/tty.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include <pty.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace masu::container {
namespace {

using Main = std::function<int()>;
constexpr int kSuperviseFailed = 199;

struct Scene {
  Main child;
  bool terminal = false;    // the child's stdio is a new terminal, relayed by us
  bool controlling = true;  // … which is the controlling one of the child's session
  bool subreaper = false;
  bool ignore_child_signal = false;
  bool forward_signals = true;
  std::int64_t patience_ns = 10'000'000'000;
  int input = -1;  // our stdin and stdout; -1: those of the test
  int output = -1;
};

void sleep_ms(long ms) {
  timespec time{ms / 1000, ms % 1000 * 1'000'000};
  while (nanosleep(&time, &time) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void be_child(const Scene& scene, int slave) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (slave >= 0) {
    if (scene.controlling) {
      setsid();
      ioctl(slave, TIOCSCTTY, 0);
    }
    for (int fd = 0; fd < 3; ++fd) dup2(slave, fd);
    close(slave);
  }
  _exit(scene.child());
}

// The part of the runtime.
int supervise_child(const Scene& scene) {
  if (scene.input >= 0) dup2(scene.input, STDIN_FILENO);
  if (scene.output >= 0) dup2(scene.output, STDOUT_FILENO);
  if (scene.subreaper) prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (scene.ignore_child_signal) signal(SIGCHLD, SIG_IGN);
  // Only 0, 1 and 2 are ours: the ends of the caller's pipes must not stay open here.
  sys::raw::close_range(3, ~0u, 0);
  SignalGate gate;
  sys::Fd master;
  int slave = -1;
  if (scene.terminal) {
    int opened = -1;
    if (openpty(&opened, &slave, nullptr, nullptr, nullptr) < 0) return kSuperviseFailed;
    termios modes;
    tcgetattr(slave, &modes);
    cfmakeraw(&modes);
    modes.c_oflag = OPOST | ONLCR;
    modes.c_lflag |= ISIG;
    tcsetattr(slave, TCSANOW, &modes);
    master = sys::Fd(opened);
    adopt_terminal(master);
  }
  const pid_t pid = fork();
  if (pid == 0) {
    master.reset();
    be_child(scene, slave);
  }
  if (slave >= 0) close(slave);
  sys::Process child(pid, sys::Fd(sys::raw::pidfd_open(pid)));
  const auto code = supervise(child, {std::move(master), scene.forward_signals, scene.patience_ns});
  return code ? *code : kSuperviseFailed;
}

class Runtime {
 public:
  explicit Runtime(const Scene& scene) {
    pid_ = fork();
    if (pid_ == 0) _exit(supervise_child(scene));
  }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  void signal(int number) const { kill(pid_, number); }
  pid_t pid() const { return pid_; }
  // Exit code, or -N after signal N.
  int wait() {
    int status = 0;
    wait4(pid_, &status, 0, &usage_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  // CPU of the runtime and its child.
  double cpu_seconds() const {
    auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage_.ru_utime) + seconds(usage_.ru_stime);
  }

 private:
  pid_t pid_ = -1;
  rusage usage_{};
};

int run(const Scene& scene) { return Runtime(scene).wait(); }

struct Pipe {
  Pipe() {
    if (pipe2(fds, O_CLOEXEC) < 0) abort();
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_read() { reset(fds[0]); }
  void close_write() { reset(fds[1]); }
  static void reset(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  int fds[2];
};

std::string read_some(int fd, std::size_t size = 65536) {
  std::string bytes(size, '\0');
  const ssize_t got = read(fd, bytes.data(), size);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string read_to_end(int fd) {
  std::string all;
  for (std::string some; some = read_some(fd), !some.empty();) all += some;
  return all;
}

bool read_until(int fd, const std::string& wanted) {
  std::string all;
  while (all.find(wanted) == std::string::npos) {
    pollfd poll_fd{fd, POLLIN, 0};
    if (poll(&poll_fd, 1, 5000) <= 0) return false;
    const std::string some = read_some(fd);
    if (some.empty()) return false;
    all += some;
  }
  return true;
}

int write_fully(int fd, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t put = write(fd, bytes.data() + done, bytes.size() - done);
    if (put <= 0) return 1;
    done += static_cast<std::size_t>(put);
  }
  return 0;
}

// No two stretches alike, so that a lost or doubled block shows. Has newlines, and bytes that a terminal may
// treat.
std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
    if (byte == 3 || byte == 26 || byte == 28) byte = '\n';  // ISIG's characters
  }
  return bytes;
}

// A child that says "ready" on `fd`, waits for a signal of any kind and exits with its number.
Main exit_with_signal(int fd) {
  return [fd] {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    if (write(fd, "ready", 5) != 5) return 1;
    int number = 0;
    sigwait(&all, &number);
    return number;
  };
}

TEST(Supervise, YieldsTheExitCode) {
  EXPECT_EQ(run({.child = [] { return 0; }}), 0);
  EXPECT_EQ(run({.child = [] { return 7; }}), 7);
  EXPECT_EQ(run({.child = [] { return 255; }}), 255);
}

TEST(Supervise, Yields128PlusTheSignal) {
  EXPECT_EQ(run({.child = [] { return raise(SIGKILL); }}), 128 + SIGKILL);
  EXPECT_EQ(run({.child = [] { return raise(SIGTERM); }}), 128 + SIGTERM);
}

TEST(Supervise, HasTheStatusThoughSigchldWasIgnored) {
  EXPECT_EQ(run({.child = [] { return 9; }, .ignore_child_signal = true}), 9);
}

TEST(Supervise, ForwardsSignals) {
  for (int number : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGPIPE, SIGALRM, SIGTSTP, SIGTTIN,
                     SIGCONT, SIGSEGV, SIGRTMIN + 3, SIGRTMAX}) {
    Pipe ready;
    Runtime runtime({.child = exit_with_signal(STDOUT_FILENO), .output = ready.fds[1]});
    ASSERT_EQ(read_some(ready.fds[0]), "ready");
    runtime.signal(number);
    EXPECT_EQ(runtime.wait(), number);
  }
}

TEST(Supervise, KeepsWindowAndUrgentSignalsToItself) {
  Pipe ready;
  Runtime runtime({.child = exit_with_signal(STDOUT_FILENO), .output = ready.fds[1]});
  ASSERT_EQ(read_some(ready.fds[0]), "ready");
  runtime.signal(SIGWINCH);
  runtime.signal(SIGURG);
  runtime.signal(SIGRTMAX);  // the last in order: whatever was forwarded of the others is there before it
  EXPECT_EQ(runtime.wait(), SIGRTMAX);
}

TEST(Supervise, LeavesSignalsPendingIfToldNotToForward) {
  Pipe ready;
  Main child = [] {
    if (write(STDOUT_FILENO, "ready", 5) != 5) return 1;
    sleep_ms(200);
    return 5;
  };
  Runtime runtime({.child = child, .forward_signals = false, .output = ready.fds[1]});
  ASSERT_EQ(read_some(ready.fds[0]), "ready");
  runtime.signal(SIGTERM);
  // The gate opens at the end of supervise_child(), and the signal that was for the caller acts then.
  EXPECT_EQ(runtime.wait(), -SIGTERM);
}

TEST(Supervise, ReapsAdoptedOrphans) {
  Main child = [] {
    Pipe pids;
    constexpr int kOrphans = 50;
    for (int i = 0; i < kOrphans; ++i) {
      const pid_t between = fork();
      if (between == 0) {
        const pid_t orphan = fork();
        if (orphan == 0) _exit(3);
        _exit(write(pids.fds[1], &orphan, sizeof orphan) == sizeof orphan ? 0 : 1);
      }
      waitpid(between, nullptr, 0);
    }
    for (int i = 0; i < kOrphans; ++i) {
      pid_t orphan = 0;
      if (read(pids.fds[0], &orphan, sizeof orphan) != sizeof orphan) return 1;
      int tries = 0;
      while (kill(orphan, 0) == 0 && ++tries < 500) sleep_ms(10);  // a zombie still answers
      if (tries == 500) return 2;
    }
    return 33;
  };
  EXPECT_EQ(run({.child = child, .subreaper = true}), 33);
}

TEST(Supervise, KeepsTheStatusAmongManyEnds) {
  Main child = [] {
    for (int i = 0; i < 20; ++i)
      if (fork() == 0) _exit(1);
    return 44;
  };
  for (int i = 0; i < 30; ++i) ASSERT_EQ(run({.child = child, .subreaper = true}), 44);
}

TEST(SignalGate, BlocksAndRestores) {
  sigset_t before;
  sigprocmask(SIG_SETMASK, nullptr, &before);
  {
    SignalGate gate;
    sigset_t inside;
    sigprocmask(SIG_SETMASK, nullptr, &inside);
    EXPECT_EQ(sigismember(&inside, SIGTERM), 1);
    EXPECT_EQ(sigismember(&inside, SIGRTMAX), 1);
  }
  sigset_t after;
  sigprocmask(SIG_SETMASK, nullptr, &after);
  for (int number = 1; number <= 64; ++number)
    EXPECT_EQ(sigismember(&before, number), sigismember(&after, number));
}

TEST(SignalGate, RestoresAnIgnoredSigchld) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  {
    SignalGate gate;
    const pid_t pid = fork();
    if (pid == 0) _exit(8);
    int status = 0;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(WEXITSTATUS(status), 8);
  }
  EXPECT_EQ(signal(SIGCHLD, before), SIG_IGN);
}

TEST(Relay, PassesTenMegabytesToASlowReader) {
  const std::string sent = pattern(10u << 20);
  Pipe out;
  Runtime runtime(
      {.child = [&] { return write_fully(STDOUT_FILENO, sent); }, .terminal = true, .output = out.fds[1]});
  out.close_write();
  std::string got;
  for (std::string some; some = read_some(out.fds[0]), !some.empty();) {
    got += some;
    if (got.size() % 16 == 0) sleep_ms(1);
  }
  EXPECT_EQ(runtime.wait(), 0);
  EXPECT_EQ(got.size(), sent.size());
  EXPECT_TRUE(got == sent);
}

TEST(Relay, WaitsForAReaderWithoutUsingTheCpu) {
  const std::string sent = pattern(1u << 20);
  Pipe out;
  Runtime runtime(
      {.child = [&] { return write_fully(STDOUT_FILENO, sent); }, .terminal = true, .output = out.fds[1]});
  out.close_write();
  sleep_ms(1500);
  EXPECT_TRUE(read_to_end(out.fds[0]) == sent);
  EXPECT_EQ(runtime.wait(), 0);
  EXPECT_LT(runtime.cpu_seconds(), 0.7);
}

TEST(Relay, LosesNoFinalBytes) {
  const std::string sent = pattern(3000);
  for (int i = 0; i < 100; ++i) {
    Pipe out;
    Runtime runtime(
        {.child = [&] { return write_fully(STDOUT_FILENO, sent); }, .terminal = true, .output = out.fds[1]});
    out.close_write();
    if (i % 2 == 0) sleep_ms(5);
    ASSERT_TRUE(read_to_end(out.fds[0]) == sent);
    ASSERT_EQ(runtime.wait(), 0);
  }
}

TEST(Relay, EndsWithTheChildThoughOthersHoldItsTerminal) {
  const std::string sent = pattern(3000);
  Main child = [&] {
    if (fork() == 0) {
      sleep_ms(3000);
      _exit(0);
    }
    return write_fully(STDOUT_FILENO, sent);
  };
  for (int i = 0; i < 50; ++i) {
    Pipe out;
    // Not controlling: the end of a session's leader would hang up its terminal.
    Runtime runtime({.child = child, .terminal = true, .controlling = false, .output = out.fds[1]});
    out.close_write();
    const auto begin = sys::raw::monotonic_ns();
    ASSERT_TRUE(read_to_end(out.fds[0]) == sent);
    ASSERT_EQ(runtime.wait(), 0);
    ASSERT_LT(sys::raw::monotonic_ns() - begin, 2'000'000'000);
  }
}

TEST(Relay, GivesUpOnAReaderWhoStandsStillAfterTheEnd) {
  Pipe out;
  // More than the pipe takes, less than the relay does: the child ends by itself, the reader has to be given
  // up.
  ASSERT_GT(fcntl(out.fds[1], F_SETPIPE_SZ, 4096), 0);
  const std::string sent = pattern(8000);
  Runtime runtime({.child = [&] { return write_fully(STDOUT_FILENO, sent); },
                   .terminal = true,
                   .patience_ns = 300'000'000,
                   .output = out.fds[1]});
  const auto begin = sys::raw::monotonic_ns();
  EXPECT_EQ(runtime.wait(), 0);
  EXPECT_GT(sys::raw::monotonic_ns() - begin,
            290'000'000);  // it did have to wait, and no longer than it was told
  EXPECT_LT(sys::raw::monotonic_ns() - begin, 5'000'000'000);
}

TEST(Relay, PassesInputToASlowChild) {
  const std::string sent = pattern(1u << 20);
  Pipe in;
  Main child = [&] {
    sleep_ms(300);
    std::string got;
    while (got.size() < sent.size()) {
      const std::string some = read_some(STDIN_FILENO, 1000);
      if (some.empty()) return 1;
      got += some;
    }
    return got == sent ? 0 : 2;
  };
  Runtime runtime({.child = child, .terminal = true, .input = in.fds[0]});
  in.close_read();
  EXPECT_EQ(write_fully(in.fds[1], sent), 0);
  EXPECT_EQ(runtime.wait(), 0);
}

TEST(Relay, WorksOverSockets) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const std::string sent = pattern(1u << 20);
  Main child = [&] { return read_some(STDIN_FILENO) == "go" ? write_fully(STDOUT_FILENO, sent) : 1; };
  Runtime runtime({.child = child, .terminal = true, .input = ends[0], .output = ends[0]});
  close(ends[0]);
  ASSERT_EQ(write(ends[1], "go", 2), 2);
  EXPECT_TRUE(read_to_end(ends[1]) == sent);
  EXPECT_EQ(runtime.wait(), 0);
  close(ends[1]);
}

TEST(Relay, AppendsToASharedFile) {
  char name[] = "/tmp/masu-foreground-XXXXXX";
  const int file = mkstemp(name);
  unlink(name);
  ASSERT_EQ(write(file, "before ", 7), 7);
  EXPECT_EQ(
      run({.child = [] { return write_fully(STDOUT_FILENO, "after"); }, .terminal = true, .output = file}),
      0);
  ASSERT_EQ(lseek(file, 0, SEEK_SET), 0);
  EXPECT_EQ(read_to_end(file), "before after");
  close(file);
}

TEST(Relay, LeavesSharedStdioBlocking) {
  Pipe in;
  Pipe out;
  Main child = [] { return write_fully(STDOUT_FILENO, read_some(STDIN_FILENO)); };
  Runtime runtime({.child = child, .terminal = true, .input = in.fds[0], .output = out.fds[1]});
  ASSERT_EQ(write(in.fds[1], "hello", 5), 5);
  ASSERT_TRUE(read_until(out.fds[0], "hello"));
  for (int fd : {in.fds[0], in.fds[1], out.fds[0], out.fds[1]}) EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(runtime.wait(), 0);
}

TEST(Relay, HangsUpTheChildWhenTheReaderHasGone) {
  Pipe out;
  Main child = []() -> int {
    for (;;)
      if (write_fully(STDOUT_FILENO, "y\n") != 0) pause();
  };
  Runtime runtime({.child = child, .terminal = true, .output = out.fds[1]});
  out.close_write();
  ASSERT_EQ(read_some(out.fds[0], 2), "y\n");
  out.close_read();
  EXPECT_EQ(runtime.wait(), 128 + SIGHUP);
}

TEST(Relay, GoesOnWhenTheChildOpensItsTerminalAgain) {
  Pipe out;
  Main child = [] {
    char path[64];
    if (ttyname_r(STDIN_FILENO, path, sizeof path) != 0) return 1;
    signal(SIGHUP, SIG_IGN);
    for (int fd = 0; fd < 3; ++fd) close(fd);
    sleep_ms(1000);
    const int again = open(path, O_RDWR | O_NOCTTY);
    return again < 0 ? 2 : write_fully(again, "back");
  };
  Runtime runtime({.child = child, .terminal = true, .controlling = false, .output = out.fds[1]});
  out.close_write();
  EXPECT_EQ(read_to_end(out.fds[0]), "back");
  EXPECT_EQ(runtime.wait(), 0);
  EXPECT_LT(runtime.cpu_seconds(), 0.5);
}

// The caller's own terminal: the test holds its master.
class OuterTerminal : public testing::Test {
 protected:
  void SetUp() override {
    winsize size{40, 120, 0, 0};
    ASSERT_EQ(openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
    ASSERT_EQ(tcgetattr(slave_, &before_), 0);
  }
  void TearDown() override {
    close(master_);
    close(slave_);
  }
  termios modes() const {
    termios now;
    tcgetattr(slave_, &now);
    return now;
  }

  int master_ = -1;
  int slave_ = -1;
  termios before_{};
};

std::string size_text() {
  winsize size{};
  ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
  return std::to_string(size.ws_row) + "x" + std::to_string(size.ws_col) + ";";
}

TEST_F(OuterTerminal, IsRawMeanwhileAndRestored) {
  Main child = [] {
    if (write_fully(STDOUT_FILENO, "ready;") != 0) return 1;
    return read_some(STDIN_FILENO) == "\x03"
               ? 6
               : 1;  // ^C arrives as a byte; ISIG of the child's own is off below
  };
  Main quiet = [&] {
    termios own;
    tcgetattr(STDIN_FILENO, &own);
    own.c_lflag &= ~static_cast<tcflag_t>(ISIG);
    tcsetattr(STDIN_FILENO, TCSANOW, &own);
    return child();
  };
  Runtime runtime({.child = quiet, .terminal = true, .input = slave_, .output = slave_});
  ASSERT_TRUE(read_until(master_, "ready;"));
  const termios raw = modes();
  EXPECT_EQ(raw.c_lflag & static_cast<tcflag_t>(ICANON | ECHO | ISIG), 0u);
  EXPECT_NE(raw.c_oflag & static_cast<tcflag_t>(OPOST), 0u);
  ASSERT_EQ(write(master_, "\x03", 1), 1);
  EXPECT_EQ(runtime.wait(), 6);
  const termios after = modes();
  EXPECT_EQ(after.c_lflag, before_.c_lflag);
  EXPECT_EQ(after.c_iflag, before_.c_iflag);
  EXPECT_EQ(after.c_oflag, before_.c_oflag);
  EXPECT_EQ(after.c_cflag, before_.c_cflag);
}

TEST_F(OuterTerminal, TranslatesEachNewlineOnce) {
  Runtime runtime({.child = [] { return write_fully(STDOUT_FILENO, "one\ntwo;"); },
                   .terminal = true,
                   .input = slave_,
                   .output = slave_});
  EXPECT_EQ(runtime.wait(), 0);
  EXPECT_EQ(read_some(master_), "one\r\ntwo;");
}

TEST_F(OuterTerminal, GivesItsSizeAtTheStartAndOnEachChange) {
  Main child = [] {
    sigset_t window;
    sigemptyset(&window);
    sigaddset(&window, SIGWINCH);
    sigprocmask(SIG_BLOCK, &window, nullptr);
    while (size_text() != "40x120;") sleep_ms(5);  // set by the supervisor, which starts beside us
    if (write_fully(STDOUT_FILENO, size_text()) != 0) return 1;
    while (size_text() == "40x120;") {
      int number = 0;
      sigwait(&window, &number);
    }
    return write_fully(STDOUT_FILENO, size_text());
  };
  Runtime runtime({.child = child, .terminal = true, .input = slave_, .output = slave_});
  ASSERT_TRUE(read_until(master_, "40x120;"));
  winsize size{50, 132, 0, 0};
  ASSERT_EQ(ioctl(master_, TIOCSWINSZ, &size), 0);
  runtime.signal(SIGWINCH);
  EXPECT_TRUE(read_until(master_, "50x132;"));
  EXPECT_EQ(runtime.wait(), 0);
}

TEST_F(OuterTerminal, IsRawAgainAfterAStop) {
  Pipe out;
  Main child = [] {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    sigprocmask(SIG_BLOCK, &wanted, nullptr);
    if (write_fully(STDOUT_FILENO, "ready") != 0) return 1;
    int number = 0;
    sigwait(&wanted, &number);
    return number;
  };
  Runtime runtime({.child = child, .terminal = true, .input = slave_, .output = out.fds[1]});
  ASSERT_TRUE(read_until(out.fds[0], "ready"));
  runtime.signal(SIGSTOP);
  int status = 0;
  ASSERT_EQ(waitpid(runtime.pid(), &status, WUNTRACED), runtime.pid());
  ASSERT_EQ(tcsetattr(slave_, TCSANOW, &before_), 0);  // as a shell does
  runtime.signal(SIGCONT);
  for (int i = 0; i < 500 && (modes().c_lflag & static_cast<tcflag_t>(ICANON)) != 0; ++i) sleep_ms(10);
  EXPECT_EQ(modes().c_lflag & static_cast<tcflag_t>(ICANON | ECHO | ISIG), 0u);
  runtime.signal(SIGUSR1);
  EXPECT_EQ(runtime.wait(), SIGUSR1);
  EXPECT_EQ(modes().c_lflag, before_.c_lflag);
}

}  // namespace
}  // namespace masu::container
