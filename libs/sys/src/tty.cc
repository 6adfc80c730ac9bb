// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/tty.h"

// The kernel's struct termios: that of libc has more control characters, and no place for it in the ioctl.
#include "masu/base/text.h"
#include "masu/sys/raw.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>

namespace masu::sys {
namespace {

int get_modes(int fd, termios* modes) noexcept {
  return raw::ioctl(fd, TCGETS, reinterpret_cast<long>(modes));
}

// TCSETS and not TCSETSW: the latter waits for output, which ^S or a dead reader can hold back for ever.
int set_modes(int fd, const termios& modes) noexcept {
  return raw::ioctl(fd, TCSETS, reinterpret_cast<long>(&modes));
}

// cfmakeraw(3), but for OPOST.
termios make_raw(termios modes) noexcept {
  modes.c_iflag &= ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  modes.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  modes.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB);
  modes.c_cflag |= CS8;
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  return modes;
}

}  // namespace

bool is_tty(int fd) noexcept {
  termios modes;
  return get_modes(fd, &modes) >= 0;
}

bool is_foreground(int fd) noexcept {
  pid_t group = 0;
  // ENOTTY: not our controlling terminal, so there is no job control between us and it.
  if (raw::ioctl(fd, TIOCGPGRP, reinterpret_cast<long>(&group)) < 0) return true;
  return group == raw::call(SYS_getpgid, 0);
}

int get_window_size(int fd, WindowSize* size) noexcept {
  static_assert(sizeof *size == 8);
  return raw::ioctl(fd, TIOCGWINSZ, reinterpret_cast<long>(size));
}

int set_window_size(int fd, const WindowSize& size) noexcept {
  return raw::ioctl(fd, TIOCSWINSZ, reinterpret_cast<long>(&size));
}

int keep_newlines(int fd) noexcept {
  termios modes;
  if (const int got = get_modes(fd, &modes); got < 0) return got;
  modes.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
  return set_modes(fd, modes);
}

struct RawMode::Modes {
  int fd;
  termios found;
  termios raw;
};

Result<RawMode> RawMode::enter(int fd) {
  termios found;
  if (const int got = get_modes(fd, &found); got < 0)
    return fail(Error::sys(-got, cat("read modes of terminal fd ", fd)));
  RawMode mode(std::make_unique<Modes>(fd, found, make_raw(found)));
  if (const int set = set_modes(fd, mode.modes_->raw); set < 0)
    return fail(Error::sys(-set, cat("set raw mode of terminal fd ", fd)));
  return mode;
}

RawMode::RawMode(std::unique_ptr<Modes> modes) noexcept : modes_(std::move(modes)) {}
RawMode::RawMode(RawMode&&) noexcept = default;

RawMode& RawMode::operator=(RawMode&& other) noexcept {
  std::swap(modes_, other.modes_);
  return *this;
}

RawMode::~RawMode() {
  if (modes_) (void)set_modes(modes_->fd, modes_->found);
}

void RawMode::apply() const noexcept {
  if (modes_) (void)set_modes(modes_->fd, modes_->raw);
}

}  // namespace masu::sys
