// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/log_file.h"

#include "masu/base/text.h"
#include "masu/shim/log_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <sys/resource.h>
#include <unistd.h>

namespace masu::shim {
namespace {

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() { EXPECT_NE(mkdtemp(folder_), nullptr); }
  ~LogFileTest() override {
    for (const char* name : {"log", "log.1", "log.2", "log.3"}) (void)unlink(path(name).c_str());
    (void)rmdir(folder_);
  }
  std::string path(const char* name) const { return cat(folder_, "/", name); }
  LogFile open(std::uint64_t max_size = 0, LogFormat format = LogFormat::json) {
    auto log = LogFile::open({.path = path("log"), .format = format, .max_size = max_size, .max_files = 3});
    EXPECT_TRUE(log) << log.error().message();
    return std::move(*log);
  }
  static std::string rest(LogReader& reader) {
    std::string out;
    while (reader.step(out) == LogReader::Step::more) {
    }
    return out;
  }
  static std::string read(const LogFile& log, LogQuery query = {}) {
    query.text = true;
    LogReader reader(log, query);
    return rest(reader);
  }

  char folder_[32] = "/tmp/masu-log-XXXXXX";
};

TEST_F(LogFileTest, GivesBackWhatItTook) {
  for (const LogFormat format : {LogFormat::json, LogFormat::cri, LogFormat::docker}) {
    LogFile log = open(0, format);
    log.write(Stream::out, "one\ntw");
    log.write(Stream::err, "error\n");
    log.write(Stream::out, "o\nthree");
    EXPECT_EQ(read(log, {.err = false}), "one\ntwo\nthree");
    EXPECT_EQ(read(log, {.out = false}), "error\n");
    EXPECT_EQ(log.bytes(), 19u);
    (void)unlink(path("log").c_str());
  }
}

// A writer is killed after each number of bytes that the kernel may have taken from it.
TEST_F(LogFileTest, GoesOnWhereAWriterWasKilled) {
  const std::string text =
      "one\ntwo\nthr\xff"
      "ee\nfour";
  for (const std::uint64_t max_size : {std::uint64_t{0}, std::uint64_t{130}}) {
    std::size_t whole = 1;
    for (std::size_t taken = 0; taken <= whole; ++taken) {
      LogState state;
      {
        auto log = LogFile::open({.path = path("log"), .max_size = max_size, .max_files = 4}, &state);
        ASSERT_TRUE(log);
        log->write(Stream::out, "before\n");
        state.progress.begin();
        log->write(Stream::out, text);
      }
      // As if it had come no further: the last file cut back, if its mark allows that.
      struct stat found{};
      ASSERT_EQ(stat(path("log").c_str(), &found), 0);
      whole = static_cast<std::size_t>(found.st_size);
      const LogProgress::Mark last = state.progress.mark();
      const std::uint64_t begin = max_size == 0 ? last.size - last.written : 0;
      const std::uint64_t cut = std::min<std::uint64_t>(taken, last.size - begin);
      state.progress.set({.written = last.written - (last.size - begin), .size = begin, .file = last.file});
      ASSERT_EQ(truncate(path("log").c_str(), static_cast<off_t>(begin + cut)), 0);
      auto log = LogFile::open({.path = path("log"), .max_size = max_size, .max_files = 4}, &state);
      ASSERT_TRUE(log);
      log->finish(Stream::out, text);
      ASSERT_EQ(read(*log), "before\n" + text) << "after " << cut << " bytes, at most " << max_size;
      for (const char* name : {"log", "log.1", "log.2", "log.3"}) (void)unlink(path(name).c_str());
    }
  }
}

TEST_F(LogFileTest, TailCountsLinesNotRecords) {
  LogFile log = open();
  for (int i = 0; i < 1000; ++i) log.write(Stream::out, cat("line ", i, "\n"));
  log.write(Stream::out, "the ");
  log.write(Stream::out, "last\n");
  EXPECT_EQ(read(log, {.tail = 2}), "line 999\nthe last\n");
  EXPECT_EQ(read(log, {.tail = 0}), "");
  EXPECT_EQ(read(log, {.tail = 5000}).size(), read(log).size());
  log.write(Stream::out, "open");
  EXPECT_EQ(read(log, {.tail = 1}), "open");
  EXPECT_EQ(read(log, {.tail = 2}), "the last\nopen");
}

TEST_F(LogFileTest, TailReachesOverFilesAndLongLines) {
  LogFile log = open(300'000);
  const std::string long_line(280'000, 'x');
  log.write(Stream::out, "first\n");
  log.write(Stream::out, long_line + "\n");
  log.write(Stream::out, "last\n");
  EXPECT_EQ(read(log, {.tail = 1}), "last\n");
  EXPECT_EQ(read(log, {.tail = 2}), long_line + "\nlast\n");
  EXPECT_EQ(read(log, {.tail = 3}), "first\n" + long_line + "\nlast\n");
}

TEST_F(LogFileTest, KeepsAsManyFilesAsAllowed) {
  LogFile log = open(1000);
  for (int i = 0; i < 100; ++i) log.write(Stream::out, cat("line ", i, "\n"));
  EXPECT_EQ(access(path("log.2").c_str(), F_OK), 0);
  EXPECT_NE(access(path("log.3").c_str(), F_OK), 0);
  EXPECT_TRUE(read(log).ends_with("line 98\nline 99\n"));
  struct stat found{};
  for (const char* name : {"log", "log.1", "log.2"}) {
    ASSERT_EQ(stat(path(name).c_str(), &found), 0);
    EXPECT_LE(found.st_size, 1000);
    EXPECT_EQ(found.st_mode & 0777, 0600u);
  }
}

TEST_F(LogFileTest, AFollowerLosesNothingOverRotations) {
  LogFile log = open(1000);
  LogReader reader(log, {.text = true});
  std::string got, expected;
  for (int i = 0; i < 500; ++i) {
    const std::string line = cat("line ", i, i % 3 == 0 ? "" : "\n");
    log.write(Stream::out, line);
    expected += line;
    if (i % 97 == 0) got += rest(reader);  // meanwhile more files have gone than are kept
  }
  got += rest(reader);
  EXPECT_EQ(got, expected);
}

TEST_F(LogFileTest, SinceAndUntil) {
  LogFile log = open();
  log.write(Stream::out, "early\n");
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t middle = now.tv_sec * 1'000'000'000 + now.tv_nsec;
  log.write(Stream::out, "late\n");
  EXPECT_EQ(read(log, {.since = middle}), "late\n");
  EXPECT_EQ(read(log, {.until = middle}), "early\n");
}

TEST_F(LogFileTest, AHalfWrittenRecordIsEnded) {
  {
    open().write(Stream::out, "one\n");
  }
  ASSERT_EQ(truncate(path("log").c_str(), 30), 0);
  LogFile log = open();
  log.write(Stream::out, "two\n");
  EXPECT_EQ(read(log), "two\n");
}

TEST_F(LogFileTest, AFullDiskLosesWholeRecordsAndSaysSo) {
  LogFile log = open();
  log.write(Stream::out, "before\n");
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small{100, old.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  log.write(Stream::out, "these are lost\nand these\n");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  (void)std::signal(SIGXFSZ, handler);
  log.write(Stream::out, "after\n");
  EXPECT_EQ(log.lost(), 25u);
  EXPECT_EQ(read(log, {.err = false}), "before\nafter\n");
  EXPECT_NE(read(log, {.out = false}).find("25 bytes of output are missing"), std::string::npos);
}

TEST_F(LogFileTest, WithoutAPathNothingIsKept) {
  auto log = LogFile::open({});
  ASSERT_TRUE(log);
  log->write(Stream::out, "x\n");
  EXPECT_EQ(log->bytes(), 2u);
  EXPECT_EQ(read(*log), "");
}

TEST_F(LogFileTest, OnlyRegularFiles) {
  ASSERT_EQ(mkdir(path("log").c_str(), 0700), 0);
  EXPECT_FALSE(LogFile::open({.path = path("log")}));
  ASSERT_EQ(rmdir(path("log").c_str()), 0);
  ASSERT_EQ(symlink("/etc/passwd", path("log").c_str()), 0);
  EXPECT_FALSE(LogFile::open({.path = path("log")}));
}

}  // namespace
}  // namespace masu::shim
