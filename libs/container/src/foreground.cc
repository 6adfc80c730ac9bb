// SPDX-License-Identifier: Apache-2.0
#include "foreground.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/tty.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <optional>

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::container {
namespace {

namespace raw = sys::raw;

constexpr std::int64_t kMillisecond = 1'000'000;
// A terminal that nobody has open hangs up its master until somebody opens it again (an init that runs
// vhangup(2) on its console does): nothing tells of that but a read, and poll(2) would return at once.
constexpr std::int64_t kHangupPause = 100 * kMillisecond;
// What is read at most after the child's end: more than the kernel buffers (pty.c: 8 KiB and a line), so more
// than that was written by others, who may never stop.
constexpr std::size_t kMostAfterEnd = 1u << 20;

constexpr std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

void set_mask(std::uint64_t mask, std::uint64_t* old) noexcept {
  (void)raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, old, sizeof mask);
}

// The kernel's struct sigaction, with zeros where an architecture has no restorer.
struct KernelSigaction {
  void (*handler)(int) = SIG_DFL;
  unsigned long flags = 0;
  unsigned long rest[2] = {};
};

void set_child_action(void (*handler)(int)) noexcept {
  const KernelSigaction action{.handler = handler};
  (void)raw::call(SYS_rt_sigaction, SIGCHLD, &action, nullptr, sizeof(std::uint64_t));
}

bool child_is_ignored() noexcept {
  KernelSigaction now;
  (void)raw::call(SYS_rt_sigaction, SIGCHLD, nullptr, &now, sizeof(std::uint64_t));
  return now.handler == SIG_IGN;
}

// One end of the relay, never blocking. O_NONBLOCK belongs to the open file description, which our stdin and
// stdout share with the shell and others: so pipes and terminals are opened once more for a description of
// our own. Where that is refused, poll(2) goes before each call, and a call takes no more than a pipe that
// polls ready has room for.
class Endpoint {
 public:
  // Our stdin or stdout.
  static Endpoint of_stdio(int fd, int access) noexcept {
    Endpoint end(fd);
    struct stat shared;
    if (raw::fstat(fd, &shared) < 0) return end;
    end.is_socket_ = S_ISSOCK(shared.st_mode);
    const bool is_master = shared.st_rdev == makedev(5, 2);  // another open of ptmx is another terminal
    if (!S_ISFIFO(shared.st_mode) && (is_master || !sys::is_tty(fd))) return end;
    const std::string path = cat("/proc/self/fd/", fd);
    sys::Fd own(raw::openat(AT_FDCWD, path.c_str(), access | O_NONBLOCK | O_NOCTTY));
    struct stat found;
    if (!own.valid() || raw::fstat(own.get(), &found) < 0) return end;
    if (found.st_dev == shared.st_dev && found.st_ino == shared.st_ino) end.own_ = std::move(own);
    return end;
  }
  // A description that is ours alone.
  static Endpoint owned(sys::Fd fd) noexcept {
    Endpoint end(-1);
    end.own_ = std::move(fd);
    const int flags = raw::fcntl(end.fd(), F_GETFL);
    (void)raw::fcntl(end.fd(), F_SETFL, flags | O_NONBLOCK);
    return end;
  }

  int fd() const noexcept { return own_.valid() ? own_.get() : shared_; }
  bool open() const noexcept { return fd() >= 0; }
  void close() noexcept {
    own_.reset();
    shared_ = -1;
  }
  long read(char* bytes, std::size_t size) const noexcept {
    if (is_socket_) return raw::call(SYS_recvfrom, fd(), bytes, size, MSG_DONTWAIT, nullptr, nullptr);
    return raw::read(fd(), bytes, bounded(size));
  }
  long write(const char* bytes, std::size_t size) const noexcept {
    if (is_socket_) return raw::call(SYS_sendto, fd(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL, nullptr, 0);
    return raw::write(fd(), bytes, bounded(size));
  }

 private:
  explicit Endpoint(int fd) noexcept : shared_(fd) {}
  std::size_t bounded(std::size_t size) const noexcept {
    return own_.valid() || size < PIPE_BUF ? size : std::size_t{PIPE_BUF};
  }

  int shared_;
  sys::Fd own_;
  bool is_socket_ = false;
};

enum class Moved { bytes, nothing, ended };

// One direction: bytes read and not yet written. It is filled only when empty, so that a reader who stands
// still stops the writer too.
class Buffer {
 public:
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  Moved fill(const Endpoint& from) noexcept {
    const long got = from.read(bytes_, sizeof bytes_);
    if (got == -EAGAIN || got == -EINTR) return Moved::nothing;
    if (got <= 0) return Moved::ended;  // a master whose terminal is closed says EIO
    begin_ = 0;
    end_ = static_cast<std::size_t>(got);
    return Moved::bytes;
  }
  Moved flush(const Endpoint& to) noexcept {
    const long put = to.write(bytes_ + begin_, size());
    if (put == -EAGAIN || put == -EINTR) return Moved::nothing;
    if (put < 0) return Moved::ended;
    begin_ += static_cast<std::size_t>(put);
    return Moved::bytes;
  }
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  char bytes_[16384];
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// The size of the first of our stdio that is a terminal. 0×0 means that it does not know.
void copy_window_size(int master) noexcept {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    sys::WindowSize size;
    if (sys::get_window_size(fd, &size) < 0) continue;
    if (size.rows != 0 || size.columns != 0) (void)sys::set_window_size(master, size);
    return;
  }
}

// The child's terminal on one side, our stdin and stdout on the other.
class Relay {
 public:
  Relay(sys::Fd master, std::int64_t patience_ns)
      : patience_ns_(patience_ns),
        master_(Endpoint::owned(std::move(master))),
        input_(Endpoint::of_stdio(STDIN_FILENO, O_RDONLY)),
        output_(Endpoint::of_stdio(STDOUT_FILENO, O_WRONLY)) {
    enter_raw_mode();
  }

  // Fills in what to wait for; yields the time at which to look again, -1 for none.
  std::int64_t prepare(pollfd* master, pollfd* input, pollfd* output) noexcept {
    const bool usable = master_.open() && hung_up_until_ == 0;
    short events = 0;
    if (usable && to_output_.empty()) events |= POLLIN;
    if (usable && !to_master_.empty()) events |= POLLOUT;
    *master = {events != 0 ? master_.fd() : -1, events, 0};
    *input = {usable && input_open_ && to_master_.empty() ? input_.fd() : -1, POLLIN, 0};
    *output = {!to_output_.empty() ? output_.fd() : -1, POLLOUT, 0};
    return hung_up_until_ != 0 ? hung_up_until_ : -1;
  }

  void move(const pollfd& master, const pollfd& input, const pollfd& output) noexcept {
    if (hung_up_until_ != 0 && raw::monotonic_ns() >= hung_up_until_) hung_up_until_ = 0;
    if (input.revents != 0 && to_master_.fill(input_) == Moved::ended) input_open_ = false;
    if (output.revents != 0 && to_output_.flush(output_) == Moved::ended) hang_up();
    if (!master_.open() || master.revents == 0) return;
    bool moved = false;
    if (to_output_.empty()) moved |= to_output_.fill(master_) == Moved::bytes;
    if (!to_master_.empty()) moved |= to_master_.flush(master_) == Moved::bytes;
    if (!moved && (master.revents & POLLHUP) != 0) hung_up_until_ = raw::monotonic_ns() + kHangupPause;
  }

  // Writes out what is left after the child's end. A read of the master delivers what is still on its way
  // inside the kernel before it says EAGAIN (n_tty.c), so that ends it even if others keep the terminal open.
  void drain() noexcept {
    std::int64_t deadline = raw::monotonic_ns() + patience_ns_;
    for (std::size_t left = kMostAfterEnd; master_.open() && left > 0;) {
      if (to_output_.empty()) {
        if (to_output_.fill(master_) != Moved::bytes) return;
        left -= to_output_.size() < left ? to_output_.size() : left;
      }
      while (!to_output_.empty()) {
        pollfd output{output_.fd(), POLLOUT, 0};
        if (raw::poll_until(&output, 1, deadline) <= 0) {
          MASU_DEBUG(
              "the reader of our stdout has stopped reading: the rest of the container's output is dropped");
          return;
        }
        const Moved moved = to_output_.flush(output_);
        if (moved == Moved::ended) return;
        if (moved == Moved::bytes) deadline = raw::monotonic_ns() + patience_ns_;
      }
    }
  }

  // SIGWINCH
  void resize() noexcept { copy_window_size(master_.fd()); }

  // SIGCONT: the shell may have moved us between background and foreground and changed our terminal
  // meanwhile.
  void resume() {
    input_open_ = true;  // a read in the background says EIO; at a real end the next one says so again
    if (raw_mode_)
      raw_mode_->apply();
    else
      enter_raw_mode();
    resize();
  }

 private:
  void enter_raw_mode() {
    if (!sys::is_tty(STDIN_FILENO) || !sys::is_foreground(STDIN_FILENO)) return;
    if (auto mode = sys::RawMode::enter(STDIN_FILENO)) raw_mode_.emplace(std::move(*mode));
  }

  // Nobody reads our output any more. The container learns it as from any terminal that is closed: by SIGHUP
  // and EIO.
  void hang_up() noexcept {
    master_.close();
    to_output_.clear();
    to_master_.clear();
    hung_up_until_ = 0;
  }

  std::int64_t patience_ns_;
  Endpoint master_;
  Endpoint input_;
  Endpoint output_;
  Buffer to_master_;
  Buffer to_output_;
  bool input_open_ = true;
  std::int64_t hung_up_until_ = 0;
  std::optional<sys::RawMode> raw_mode_;
};

class Supervisor {
 public:
  Supervisor(const sys::Process& child, Foreground&& foreground)
      : child_(child), forward_signals_(foreground.forward_signals) {
    if (foreground.master.valid()) relay_.emplace(std::move(foreground.master), foreground.patience_ns);
  }

  Result<int> run() {
    TRY(open_signals());
    while (!exit_code_) {
      enum { kChild, kSignals, kMaster, kInput, kOutput, kCount };
      pollfd fds[kCount] = {
          {child_.pidfd(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {-1, 0, 0}, {-1, 0, 0}, {-1, 0, 0}};
      std::int64_t deadline = -1;
      if (relay_) deadline = relay_->prepare(&fds[kMaster], &fds[kInput], &fds[kOutput]);
      const int ready = raw::poll_until(fds, kCount, deadline);
      if (ready < 0) return fail(Error::sys(-ready, "wait for the container's process"));
      if (fds[kSignals].revents != 0) take_signals();
      if (relay_) relay_->move(fds[kMaster], fds[kInput], fds[kOutput]);
      if (fds[kChild].revents != 0 && !exit_code_) exit_code_ = TRY(child_.reap());
    }
    if (relay_) relay_->drain();
    discard_own_sigpipe();
    return *exit_code_;
  }

 private:
  Result<> open_signals() {
    const std::uint64_t mask =
        forward_signals_ ? ~std::uint64_t{0} : bit(SIGCHLD) | bit(SIGWINCH) | bit(SIGCONT);
    const long fd = raw::call(SYS_signalfd4, -1, &mask, sizeof mask, O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(Error::sys(static_cast<int>(-fd), "open a signalfd"));
    signals_.reset(static_cast<int>(fd));
    return {};
  }

  void take_signals() {
    signalfd_siginfo info;
    while (!exit_code_ && raw::read(signals_.get(), &info, sizeof info) == sizeof info) take_signal(info);
  }

  void take_signal(const signalfd_siginfo& info) {
    const int number = static_cast<int>(info.ssi_signo);
    if (number == SIGCHLD) return reap_children();
    if (number == SIGURG) return;
    if (number == SIGWINCH) {
      if (relay_) relay_->resize();
      return;
    }
    if (number == SIGCONT && relay_) relay_->resume();
    // A write of our own to a pipe without a reader, not a wish of anybody's.
    if (number == SIGPIPE && info.ssi_pid == static_cast<std::uint32_t>(raw::getpid())) return;
    if (!forward_signals_) return;
    if (auto sent = child_.signal(number); !sent) MASU_DEBUG(cat(sent.error().message(), ", ignoring"));
  }

  // Several ends may stand behind one SIGCHLD, the child's own among them.
  void reap_children() {
    while (!exit_code_) {
      siginfo_t info{};
      const long reaped = raw::call(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | __WALL, nullptr);
      if (reaped < 0 || info.si_pid == 0) return;
      if (info.si_pid == child_.pid())
        exit_code_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    }
  }

  // Pending, it would end us as soon as the SignalGate opens.
  void discard_own_sigpipe() noexcept {
    const std::uint64_t mask = bit(SIGPIPE);
    const timespec none{};
    while (raw::call(SYS_rt_sigtimedwait, &mask, nullptr, &none, sizeof mask) == SIGPIPE) {
    }
  }

  const sys::Process& child_;
  bool forward_signals_;
  sys::Fd signals_;
  std::optional<Relay> relay_;
  std::optional<int> exit_code_;
};

}  // namespace

void adopt_terminal(const sys::Fd& master) noexcept {
  (void)sys::keep_newlines(master.get());
  copy_window_size(master.get());
}

SignalGate::SignalGate() noexcept : child_was_ignored_(child_is_ignored()) {
  set_mask(~std::uint64_t{0}, &mask_);
  if (child_was_ignored_) set_child_action(SIG_DFL);
}

SignalGate::~SignalGate() {
  if (child_was_ignored_) set_child_action(SIG_IGN);
  set_mask(mask_, nullptr);
}

Result<int> supervise(const sys::Process& child, Foreground&& foreground) {
  Supervisor supervisor(child, std::move(foreground));
  return supervisor.run();
}

}  // namespace masu::container
