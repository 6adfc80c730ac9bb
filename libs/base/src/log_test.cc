// SPDX-License-Identifier: Apache-2.0
#include "masu/base/log.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <regex>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::log {
namespace {

class LogFile : public testing::Test {
 protected:
  void SetUp() override {
    const int fd = mkstemp(name_);
    ASSERT_GE(fd, 0);
    close(fd);
  }
  void TearDown() override {
    ASSERT_TRUE(open({}));
    unlink(name_);
  }
  void start(Format format, Level level) { ASSERT_TRUE(open({name_, format, level})); }
  std::string text() const {
    std::string all(65536, '\0');
    const int fd = ::open(name_, O_RDONLY | O_CLOEXEC);
    const ssize_t got = read(fd, all.data(), all.size());
    close(fd);
    all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return all;
  }
  bool matches(const char* pattern) const { return std::regex_match(text(), std::regex(pattern)); }

  char name_[32] = "/tmp/masu-log-XXXXXX";
};

#define TIME "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z"

TEST_F(LogFile, WritesTextLines) {
  start(Format::text, Level::info);
  EXPECT_TRUE(to_file());
  write(Level::warning, "a \"b\"\nc", {{"id", "web"}, {"empty", ""}});
  EXPECT_TRUE(matches("time=\"" TIME "\" level=warning msg=\"a \\\\\"b\\\\\"\\\\nc\" id=\"web\"\n"))
      << text();
}

TEST_F(LogFile, WritesJsonLines) {
  start(Format::json, Level::info);
  write(Level::info, "a \"b\"\nc\xff", {{"id", "web"}});
  EXPECT_TRUE(matches("\\{\"level\":\"info\",\"msg\":\"a \\\\\"b\\\\\"\\\\nc\xef\xbf\xbd\",\"time\":\"" TIME
                      "\",\"id\":\"web\"\\}\n"))
      << text();
}

TEST_F(LogFile, WritesAnErrorWithItsParts) {
  start(Format::json, Level::error);
  write(Error::sys(EPERM, "mount").at("mounts[0]").hint("be root"));
  EXPECT_TRUE(matches(
      "\\{\"level\":\"error\",\"msg\":\"mount: operation not permitted \\(EPERM\\) \\[mounts\\[0\\]\\]\","
      "\"time\":\"" TIME
      "\",\"kind\":\"system\",\"errno\":\"EPERM\",\"path\":\"mounts\\[0\\]\","
      "\"hint\":\"be root\"\\}\n"))
      << text();
}

TEST_F(LogFile, LeavesOutWhatIsBelowTheLevel) {
  start(Format::text, Level::info);
  int built = 0;
  MASU_DEBUG((++built, "debug"));
  write(Level::trace, "trace");
  EXPECT_EQ(built, 0);
  EXPECT_EQ(text(), "");
  MASU_LOG(Level::error, (++built, "error"));
  EXPECT_EQ(built, 1);
  EXPECT_NE(text(), "");
}

TEST_F(LogFile, AppendsAndClosesTheOneBefore) {
  start(Format::text, Level::info);
  write(Level::error, "one");
  const int next = dup(0);
  close(next);
  start(Format::text, Level::info);
  start(Format::text, Level::info);
  const int after = dup(0);
  close(after);
  EXPECT_LE(after, next + 1);  // the new log is open before the old one is closed, and no more than that
  write(Level::error, "two");
  EXPECT_NE(text().find("one"), std::string::npos);
  EXPECT_NE(text().find("two"), std::string::npos);
}

TEST(Log, NamesTheFileThatItCannotOpen) {
  const auto opened = open({"/nonexistent/log", Format::text, Level::error});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "open log file '/nonexistent/log': no such file or directory (ENOENT)");
  EXPECT_FALSE(to_file());
}

TEST(Log, KnowsItsLevels) {
  for (Level level : {Level::error, Level::warning, Level::info, Level::debug, Level::trace})
    EXPECT_EQ(parse_level(level_name(level)), level);
  EXPECT_EQ(parse_level("warn"), Level::warning);
  EXPECT_EQ(parse_level("ERROR"), std::nullopt);
  EXPECT_EQ(parse_level(""), std::nullopt);
}

}  // namespace
}  // namespace masu::log
