// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/session.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/shim/frame.h"
#include "masu/shim/options.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "masu/sys/tty.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;
using shim::Frame;

constexpr std::size_t kPiece = 32768;

// Signals that are the container's business as long as we stand for it.
constexpr std::array kPassed = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

class Session {
 public:
  Session(const ShimClient& client, const SessionOptions& options) : client_(client), options_(options) {}

  Result<SessionEnd> run(const std::function<Result<>()>& begin) {
    auto attached = TRY(client_.attach(options_.path));
    socket_ = std::move(attached.socket);
    buffer_ = std::move(attached.begun);
    TRY(watch_signals());
    if (options_.tty && options_.input) raw_ = TRY(sys::RawMode::enter(STDIN_FILENO));
    if (options_.tty) send_size();
    TRY(begin());
    if (options_.tty) send_size();  // of a terminal that is there now
    return pump();
  }

 private:
  Result<> watch_signals() {
    sigset_t mask;
    sigemptyset(&mask);
    if (options_.pass_signals)
      for (const int number : kPassed) sigaddset(&mask, number);
    sigaddset(&mask, SIGWINCH);
    if (sigprocmask(SIG_BLOCK, &mask, nullptr) != 0) return fail(Error::sys(errno, "block signals"));
    signals_ = sys::Fd(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_.valid()) return fail(Error::sys(errno, "signalfd"));
    return {};
  }

  Result<SessionEnd> pump() {
    for (;;) {
      if (const auto end = TRY(take_frames())) return *end;
      std::array<pollfd, 3> fds = {pollfd{socket_.get(), POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0},
                                   pollfd{options_.input && !input_ended_ ? STDIN_FILENO : -1, POLLIN, 0}};
      if (const int ready = raw::poll_until(fds.data(), fds.size(), -1); ready < 0)
        return fail(Error::sys(-ready, "poll"));
      if (fds[1].revents != 0) take_signals();
      if (fds[2].revents != 0 && TRY(take_input())) return SessionEnd{Outcome::detached, 0};
      if (fds[0].revents != 0 && !TRY(fill())) {
        if (const auto end = TRY(take_frames())) return *end;
        return SessionEnd{Outcome::lost, 0};
      }
    }
  }

  Result<bool> fill() {
    std::array<char, kPiece> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2) fills it
    const long got = raw::read(socket_.get(), bytes.data(), bytes.size());
    if (got == -EINTR) return true;
    if (got <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

  Result<std::optional<SessionEnd>> take_frames() {
    std::size_t used = 0;
    std::optional<SessionEnd> end;
    while (!end) {
      std::size_t size = 0;
      const auto frame = shim::parse_frame(std::string_view(buffer_).substr(used), &size);
      if (!frame) return fail(Error::make(Kind::system, "the shim sent what is no frame"));
      if (size == 0) break;
      end = take_frame(*frame);
      used += size;
    }
    buffer_.erase(0, used);
    return end;
  }

  std::optional<SessionEnd> take_frame(const Frame& frame) {
    if (frame.kind == Frame::Kind::out) (void)sys::write_all(STDOUT_FILENO, frame.bytes);
    if (frame.kind == Frame::Kind::err) (void)sys::write_all(STDERR_FILENO, frame.bytes);
    if (frame.kind != Frame::Kind::ended) return std::nullopt;
    const auto state = parse_exit(frame.bytes);
    return SessionEnd{Outcome::ended, state ? state->exit_code : 255};
  }

  // True when the user wants to go.
  Result<bool> take_input() {
    std::array<char, kPiece> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2) fills it
    const long got = raw::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got == -EINTR || got == -EAGAIN) return false;
    if (got <= 0) {
      input_ended_ = true;
      send({Frame::Kind::input, {}});
      return false;
    }
    const std::string_view input(bytes.data(), static_cast<std::size_t>(got));
    if (options_.tty && is_detach(input)) return true;
    send({Frame::Kind::input, input});
    return false;
  }

  // The keys may come one by one, or at once.
  bool is_detach(std::string_view input) {
    const std::string& keys = options_.detach_keys;
    for (const char c : input) {
      if (keys.empty()) return false;
      keys_seen_ = c == keys[keys_seen_] ? keys_seen_ + 1 : c == keys.front() ? 1 : 0;
      if (keys_seen_ == keys.size()) return true;
    }
    return false;
  }

  void send(const Frame& frame) {
    std::string bytes;
    shim::append_frame(bytes, frame);
    std::string_view left = bytes;
    while (!left.empty()) {
      const long sent = sys::send_message(socket_.get(), left.data(), left.size());
      if (sent < 0) return;  // the end is read from the other direction
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void send_size() {
    sys::WindowSize size;
    const int terminal = sys::is_tty(STDOUT_FILENO) ? STDOUT_FILENO : STDIN_FILENO;
    if (sys::get_window_size(terminal, &size) < 0 || size.rows == 0 || size.columns == 0) return;
    const std::array<char, 4> bytes = {static_cast<char>(size.rows >> 8), static_cast<char>(size.rows & 0xff),
                                       static_cast<char>(size.columns >> 8),
                                       static_cast<char>(size.columns & 0xff)};
    send({Frame::Kind::resize, {bytes.data(), bytes.size()}});
  }

  void take_signals() {
    signalfd_siginfo info;
    while (raw::read(signals_.get(), &info, sizeof info) == sizeof info) {
      const int number = static_cast<int>(info.ssi_signo);
      if (number == SIGWINCH)
        send_size();
      else
        (void)client_.ask("POST", options_.kill_path, cat("cmd=kill&state=false&signal=", number));
    }
  }

  const ShimClient& client_;
  const SessionOptions& options_;
  sys::Fd socket_, signals_;
  std::string buffer_;
  std::optional<sys::RawMode> raw_;
  bool input_ended_ = false;
  std::size_t keys_seen_ = 0;  // of detach_keys, up to now
};

}  // namespace

Result<std::string> parse_detach_keys(std::string_view text) {
  constexpr std::string_view kControl = "ctrl-";
  std::string out;
  if (text.empty()) return out;
  for (const std::string_view key : text::split(text, ',')) {
    const bool control = key.starts_with(kControl) && key.size() == kControl.size() + 1;
    const char c = key.empty() ? '\0' : key.back();
    const bool known = (c >= 'a' && c <= 'z') || (c >= '@' && c <= '_');
    if (control ? !known : key.size() != 1)
      return fail(Error::make(
          Kind::usage, cat("keys to detach by: ", quote(text), ": expected keys as in ctrl-p,ctrl-q")));
    out += control ? static_cast<char>(c & 0x1f) : c;
  }
  return out;
}

Result<SessionEnd> run_session(const ShimClient& shim, const SessionOptions& options,
                               const std::function<Result<>()>& begin) {
  return Session(shim, options).run(begin);
}

}  // namespace masu::manager
