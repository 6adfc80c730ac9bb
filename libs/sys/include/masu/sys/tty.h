// SPDX-License-Identifier: Apache-2.0
//
// Terminals: raw mode with its way back, window sizes, and the one output mode that a container's terminal
// changes (termios(3), ioctl_tty(2)). The free functions do not allocate, so the container's first process
// uses them too.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <memory>

namespace masu::sys {

bool is_tty(int fd) noexcept;

/// False only if `fd` is our controlling terminal and another process group of our session has it: to read
/// it, or to change its modes, is then that group's business.
bool is_foreground(int fd) noexcept;

/// As the kernel's struct winsize: characters, then pixels.
struct WindowSize {
  std::uint16_t rows = 0;
  std::uint16_t columns = 0;
  std::uint16_t width = 0;
  std::uint16_t height = 0;
};
int get_window_size(int fd, WindowSize* size) noexcept;  ///< 0 or -errno
int set_window_size(int fd,
                    const WindowSize& size) noexcept;  ///< 0 or -errno; raises SIGWINCH on the terminal

/// Clears ONLCR: "\n" leaves the terminal as it was written, not as "\r\n". On a master it acts on its slave.
/// 0 or -errno.
int keep_newlines(int fd) noexcept;

/// A terminal in raw mode as long as this lives: each byte typed is passed on at once, unechoed, ^C among
/// them. Output processing stays on, since the terminal in the container has its own off (keep_newlines()).
/// The modes found are restored on destruction, at once and without waiting for output.
class [[nodiscard]] RawMode {
 public:
  /// `fd` has to outlive the mode. In the background this raises SIGTTOU, unless that is blocked.
  static Result<RawMode> enter(int fd);
  RawMode(RawMode&&) noexcept;
  RawMode& operator=(RawMode&&) noexcept;
  ~RawMode();

  /// Sets the raw mode anew: a shell puts its own modes back while we are stopped.
  void apply() const noexcept;

 private:
  struct Modes;
  explicit RawMode(std::unique_ptr<Modes> modes) noexcept;
  std::unique_ptr<Modes> modes_;
};

}  // namespace masu::sys
