// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/tty.h"

#include "masu/sys/fd.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>

#include <pty.h>
#include <termios.h>

namespace masu::sys {
namespace {

class Terminal : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(openpty(&master_, &slave_, nullptr, nullptr, nullptr), 0); }
  void TearDown() override {
    close(master_);
    close(slave_);
  }
  termios modes() const {
    termios now{};
    tcgetattr(slave_, &now);
    return now;
  }
  int master_ = -1;
  int slave_ = -1;
};

TEST_F(Terminal, IsKnownAsOne) {
  Fd null = open("/dev/null", O_RDWR).value();
  EXPECT_TRUE(is_tty(slave_));
  EXPECT_FALSE(is_tty(null.get()));
  EXPECT_FALSE(is_tty(-1));
  EXPECT_TRUE(is_foreground(slave_));  // not our controlling terminal: no job control
}

TEST_F(Terminal, HasASize) {
  WindowSize size;
  ASSERT_EQ(set_window_size(master_, {.rows = 33, .columns = 99}), 0);
  ASSERT_EQ(get_window_size(slave_, &size), 0);
  EXPECT_EQ(size.rows, 33);
  EXPECT_EQ(size.columns, 99);
  Fd null = open("/dev/null", O_RDWR).value();
  EXPECT_EQ(get_window_size(null.get(), &size), -ENOTTY);
}

TEST_F(Terminal, IsRawAsLongAsTheModeLives) {
  const termios before = modes();
  {
    const RawMode outer = RawMode::enter(slave_).value();
    EXPECT_EQ(modes().c_lflag & static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN), 0u);
    EXPECT_EQ(modes().c_iflag & static_cast<tcflag_t>(ICRNL | IXON), 0u);
    EXPECT_EQ(modes().c_oflag, before.c_oflag);
    tcsetattr(slave_, TCSANOW, &before);
    outer.apply();
    EXPECT_EQ(modes().c_lflag & static_cast<tcflag_t>(ICANON), 0u);
  }
  EXPECT_EQ(modes().c_lflag, before.c_lflag);
  EXPECT_EQ(modes().c_iflag, before.c_iflag);
  EXPECT_EQ(modes().c_cc[VMIN], before.c_cc[VMIN]);
  Fd null = open("/dev/null", O_RDWR).value();
  EXPECT_EQ(RawMode::enter(null.get()).error().err(), ENOTTY);
}

TEST_F(Terminal, KeepsNewlines) {
  ASSERT_EQ(keep_newlines(master_), 0);
  EXPECT_EQ(modes().c_oflag & static_cast<tcflag_t>(ONLCR), 0u);
  ASSERT_EQ(write(slave_, "a\nb", 3), 3);
  char bytes[8];
  ASSERT_EQ(read(master_, bytes, sizeof bytes), 3);
}

}  // namespace
}  // namespace masu::sys
