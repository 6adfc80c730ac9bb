// SPDX-License-Identifier: Apache-2.0
#include "pump.h"

#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/socket.h>
#include <unistd.h>

namespace masu::containerd {
namespace {

struct Pair {
  sys::Fd read, write;
};

Pair make_pair(bool socket) {
  int fds[2];
  if (socket)
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
  else
    EXPECT_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
  return {sys::Fd(fds[0]), sys::Fd(fds[1])};
}

// Two sockets cannot be spliced: those bytes are copied.
class PumpTest : public testing::TestWithParam<bool> {};

TEST_P(PumpTest, PassesAllThatComesThoughTheReaderIsSlow) {
  auto loop = event::Loop::make();
  ASSERT_TRUE(loop);
  Pair source = make_pair(GetParam()), target = make_pair(GetParam());
  std::unique_ptr<Pump> pump;
  auto made = Pump::make(**loop, std::move(source.read), std::move(target.write), [&] { pump.reset(); });
  ASSERT_TRUE(made);
  pump = std::move(*made);

  constexpr std::size_t kSize = 300'000;
  std::string given, got;
  for (std::size_t i = 0; i < kSize; ++i) given += static_cast<char>(i * 7 % 251);
  std::size_t written = 0;
  std::function<void()> step = [&] {
    if (source.write.valid()) {
      const long put = sys::raw::write(source.write.get(), given.data() + written, given.size() - written);
      if (put > 0) written += static_cast<std::size_t>(put);
      if (written == given.size()) source.write.reset();
    }
    char bytes[10'000];
    const long taken = sys::raw::read(target.read.get(), bytes, sizeof bytes);
    if (taken > 0) got.append(bytes, static_cast<std::size_t>(taken));
    if (taken == 0) return (*loop)->stop();
    (*loop)->after(event::kMillisecond / 10, step);
  };
  step();
  (*loop)->after(20 * event::kSecond, [&] { (*loop)->stop(); });
  ASSERT_TRUE((*loop)->run());
  EXPECT_FALSE(pump);
  EXPECT_TRUE(got == given) << got.size();
}

TEST_P(PumpTest, EndsWhenNobodyReads) {
  auto loop = event::Loop::make();
  ASSERT_TRUE(loop);
  Pair source = make_pair(GetParam()), target = make_pair(GetParam());
  (void)signal(SIGPIPE, SIG_IGN);
  bool ended = false;
  auto pump = Pump::make(**loop, std::move(source.read), std::move(target.write), [&] {
    ended = true;
    (*loop)->stop();
  });
  ASSERT_TRUE(pump);
  target.read.reset();
  ASSERT_EQ(sys::raw::write(source.write.get(), "x", 1), 1);
  (*loop)->after(5 * event::kSecond, [&] { (*loop)->stop(); });
  ASSERT_TRUE((*loop)->run());
  EXPECT_TRUE(ended);
}

INSTANTIATE_TEST_SUITE_P(Both, PumpTest, testing::Bool());

}  // namespace
}  // namespace masu::containerd
