// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/fd.h"

#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace masu::sys {
namespace {

TEST(Fd, HasOneOwner) {
  const int before = test::open_fds();
  {
    Fd one = open("/dev/null", O_RDONLY).value();
    EXPECT_EQ(fcntl(one.get(), F_GETFD), FD_CLOEXEC);
    Fd two = std::move(one);
    EXPECT_FALSE(one.valid());
    Fd three = duplicate(two.get()).value();
    EXPECT_GE(three.get(), 3);
    three = std::move(two);
    EXPECT_EQ(test::open_fds(), before + 1);
    close(three.take());
    EXPECT_FALSE(three.valid());
  }
  EXPECT_EQ(test::open_fds(), before);
}

TEST(Fd, ManyAreClosedAtOnce) {
  const int before = test::open_fds();
  std::vector<Fd> fds;
  for (int i = 0; i < 6; ++i) fds.push_back(open("/dev/null", O_RDONLY).value());
  Fd kept = std::move(fds[2]);
  std::swap(fds[0], fds[5]);
  close_all(std::move(fds));
  EXPECT_EQ(test::open_fds(), before + 1);
  EXPECT_EQ(fcntl(kept.get(), F_GETFD), FD_CLOEXEC);
  close_all({});
}

TEST(ReadFile, ReadsAllSizesUpToTheLimit) {
  test::TemporaryDirectory all;
  for (std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 100000u}) {
    const std::string content(size, 'x');
    all.file("f", content);
    EXPECT_EQ(read_file_at(all.fd(), "f").value(), content);
    EXPECT_EQ(read_file_at(all.fd(), "f", size).value(), content);
    if (size > 0) {
      EXPECT_EQ(read_file_at(all.fd(), "f", size - 1).error().err(), EFBIG);
    }
    unlinkat(all.fd(), "f", 0);
  }
  EXPECT_GT(read_file("/proc/self/status").value().size(), 100u);  // says its size is 0
  EXPECT_EQ(read_file("/nonexistent").error().message(),
            "open '/nonexistent': no such file or directory (ENOENT)");
}

TEST(ReadKernelFile, ReadsAllSizes) {
  test::TemporaryDirectory all;
  for (const std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 10000u}) {
    const std::string text(size, 'x');
    const std::string name = std::to_string(size);
    all.file(name.c_str(), text);
    EXPECT_EQ(read_kernel_file(all.path() + "/" + name).value(), text) << size;
  }
  EXPECT_EQ(read_kernel_file(all.path() + "/none").error().err(), ENOENT);
  EXPECT_TRUE(read_kernel_file("/proc/self/stat").value().starts_with(std::to_string(getpid()) + " ("));
}

TEST(ReadAll, ReadsAPipeInPieces) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t pid = fork();
  if (pid == 0) _exit(write_all(ends[1], std::string(300000, 'y')) ? 0 : 1);
  close(ends[1]);
  EXPECT_EQ(read_all(ends[0]).value(), std::string(300000, 'y'));
  close(ends[0]);
  waitpid(pid, nullptr, 0);
}

TEST(WriteFile, NeitherCreatesNorTruncates) {
  test::TemporaryDirectory all;
  EXPECT_EQ(write_file_at(all.fd(), "f", "x").error().err(), ENOENT);
  all.file("f", "abc");
  ASSERT_TRUE(write_file_at(all.fd(), "f", "X"));
  EXPECT_EQ(read_file_at(all.fd(), "f").value(), "Xbc");
  EXPECT_EQ(write_file_at(AT_FDCWD, "/dev/full", "x").error().err(), ENOSPC);
}

TEST(ReplaceFile, ReplacesWholeOrNotAtAll) {
  test::TemporaryDirectory all;
  ASSERT_TRUE(replace_file_at(all.fd(), "f", "one", 0600));
  all.file(".f.new", "left behind");
  ASSERT_TRUE(replace_file_at(all.fd(), "f", "two", 0600));
  EXPECT_EQ(read_file_at(all.fd(), "f").value(), "two");
  struct stat info{};
  ASSERT_EQ(fstatat(all.fd(), "f", &info, 0), 0);
  EXPECT_EQ(info.st_mode & 07777u, 0600u);
  all.directory("d");
  EXPECT_EQ(replace_file_at(all.fd(), "d", "x", 0600).error().err(), EISDIR);
  EXPECT_EQ(faccessat(all.fd(), ".d.new", F_OK, 0), -1);
}

TEST(ReplaceFile, DoesNotWriteIntoWhatOthersHavePutThere) {
  test::TemporaryDirectory all;
  all.file("victim", "keep");
  ASSERT_EQ(linkat(all.fd(), "victim", all.fd(), ".f.new", 0), 0);
  ASSERT_TRUE(replace_file_at(all.fd(), "f", "x", 0600));
  EXPECT_EQ(read_file_at(all.fd(), "victim").value(), "keep");
}

TEST(PlaceFile, IsWholeAndLeavesNoOther) {
  test::TemporaryDirectory all;
  ASSERT_TRUE(place_file_at(all.fd(), "f", "one", 0640));
  ASSERT_TRUE(place_file_at(all.fd(), "f", "two", 0600));
  EXPECT_EQ(read_file_at(all.fd(), "f").value(), "two");
  struct stat info{};
  ASSERT_EQ(fstatat(all.fd(), "f", &info, 0), 0);
  EXPECT_EQ(info.st_mode & 07777u, 0600u);
  EXPECT_EQ(faccessat(all.fd(), ".f.new", F_OK, 0), -1);
}

TEST(PlaceFile, TakesTheNameFromALinkAndNotFromADirectory) {
  test::TemporaryDirectory all;
  all.file("victim", "keep");
  ASSERT_EQ(symlinkat("victim", all.fd(), "f"), 0);
  ASSERT_TRUE(place_file_at(all.fd(), "f", "x", 0600));
  EXPECT_EQ(read_file_at(all.fd(), "victim").value(), "keep");
  all.directory("d");
  EXPECT_EQ(place_file_at(all.fd(), "d", "x", 0600).error().err(), EEXIST);
}

}  // namespace
}  // namespace masu::sys
