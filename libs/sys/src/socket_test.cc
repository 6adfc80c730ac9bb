// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/socket.h"

#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>

#include <sys/socket.h>

namespace masu::sys {
namespace {

TEST(Message, CarriesBytesAndAnFd) {
  auto [one, two] = socket_pair().value();
  const int before = test::open_fds();
  Fd null = open("/dev/null", O_RDWR).value();
  ASSERT_EQ(send_message(one.get(), "hello", 5, null.get()), 5);
  ASSERT_EQ(send_message(one.get(), "x", 1), 1);
  char bytes[16];
  int fd = -5;
  ASSERT_EQ(receive_message(two.get(), bytes, sizeof bytes, &fd), 5);
  EXPECT_EQ(std::string(bytes, 5), "hello");
  struct stat sent{}, got{};
  ASSERT_EQ(fstat(null.get(), &sent), 0);
  ASSERT_EQ(fstat(fd, &got), 0);
  EXPECT_EQ(sent.st_rdev, got.st_rdev);
  EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
  close(fd);
  ASSERT_EQ(receive_message(two.get(), bytes, sizeof bytes, &fd), 1);
  EXPECT_EQ(fd, -1);
  // An fd that nobody asked for does not stay open.
  ASSERT_EQ(send_message(one.get(), "y", 1, null.get()), 1);
  ASSERT_EQ(receive_message(two.get(), bytes, sizeof bytes), 1);
  null.reset();
  EXPECT_EQ(test::open_fds(), before);
}

TEST(Message, TellsThatThePeerIsGone) {
  auto [one, two] = socket_pair().value();
  two.reset();
  char byte;
  EXPECT_EQ(send_message(one.get(), "x", 1), -EPIPE);  // and no SIGPIPE
  EXPECT_EQ(receive_message(one.get(), &byte, 1), 0);
}

TEST(Message, CarriesManyFdsButNoMoreThanThereIsRoomFor) {
  auto [one, two] = socket_pair().value();
  const int before = test::open_fds();
  const std::vector<int> sent(32, one.get());
  const std::vector<int> too_many(33, one.get());
  EXPECT_EQ(send_with_fds(one.get(), "x", 1, too_many), -EINVAL);
  for (std::size_t room : {32u, 3u, 2u, 1u, 0u}) {
    ASSERT_EQ(send_with_fds(one.get(), "x", 1, sent), 1);
    std::vector<int> got(room + 1, -1);
    std::size_t count = 99;
    char byte;
    ASSERT_EQ(receive_with_fds(two.get(), &byte, 1, std::span(got).first(room), &count), 1);
    EXPECT_EQ(count, room);
    EXPECT_EQ(got[room], -1);
    for (std::size_t i = 0; i < count; ++i) close(got[i]);
  }
  EXPECT_EQ(test::open_fds(), before);
}

TEST(Named, ListensPrivatelyAndConnects) {
  test::TemporaryDirectory all;
  const mode_t mask = umask(0);
  Fd listening = listen_at(all.fd(), "sock", SOCK_STREAM).value();
  umask(mask);
  struct stat info{};
  ASSERT_EQ(fstatat(all.fd(), "sock", &info, 0), 0);
  EXPECT_EQ(info.st_mode & 07777u, 0600u);
  EXPECT_TRUE(connect_at(all.fd(), "sock", SOCK_STREAM));
  EXPECT_TRUE(connect_to(all.path() + "/sock", SOCK_STREAM));
  EXPECT_EQ(listen_at(all.fd(), "sock", SOCK_STREAM).error().err(), EADDRINUSE);
  EXPECT_EQ(connect_at(all.fd(), "none", SOCK_STREAM).error().err(), ENOENT);
  listening.reset();
  EXPECT_EQ(connect_at(all.fd(), "sock", SOCK_STREAM).error().err(), ECONNREFUSED);
}

TEST(Named, ReachesPathsAndNamesOfAnyLength) {
  test::TemporaryDirectory all;
  const std::string directory(200, 'd');
  all.directory(directory.c_str());
  Fd deep = open(all.path() + "/" + directory, O_PATH | O_DIRECTORY).value();
  Fd listening = listen_at(deep.get(), "sock", SOCK_SEQPACKET).value();
  EXPECT_TRUE(connect_to(all.path() + "/" + directory + "/sock", SOCK_SEQPACKET));
  const std::string name(255, 'n');
  ASSERT_EQ(renameat(deep.get(), "sock", deep.get(), name.c_str()), 0);
  EXPECT_TRUE(connect_at(deep.get(), name.c_str(), SOCK_SEQPACKET));
  EXPECT_EQ(listen_at(deep.get(), name.c_str(), SOCK_STREAM).error().err(), ENAMETOOLONG);
}

TEST(Named, TakesPathsOfTheWorkingDirectory) {
  test::TemporaryDirectory all;
  Fd before = open(".", O_PATH | O_DIRECTORY).value();
  ASSERT_EQ(chdir(all.path().c_str()), 0);
  EXPECT_TRUE(listen_at(AT_FDCWD, "sock", SOCK_STREAM));
  EXPECT_EQ(connect_to("sock", SOCK_STREAM).error().err(), ECONNREFUSED);
  ASSERT_EQ(fchdir(before.get()), 0);
}

}  // namespace
}  // namespace masu::sys
