// SPDX-License-Identifier: Apache-2.0
//
// Against programs that answer as CRIU would: shell scripts, for which the socket is a file descriptor like
// others.
#include "masu/criu/session.h"

#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::criu {
namespace {

constexpr char kVersionAnswer[] =
    R"(exec 9<&"$2"; dd bs=4096 count=1 <&9 >/dev/null 2>&1; printf '\010\012\020\001\122\006\010\003\020\021\040\001' | dd ibs=1 obs=64 2>/dev/null >&9)";

class SessionTest : public testing::Test {
 protected:
  SessionTest() { EXPECT_NE(mkdtemp(folder_), nullptr); }
  ~SessionTest() override {
    unlink(path("criu").c_str());
    rmdir(folder_);
  }
  std::string path(const std::string& name) const { return std::string(folder_) + "/" + name; }
  std::string program(const std::string& script) {
    std::ofstream(path("criu")) << "#!/bin/bash\n" << script << "\n";
    chmod(path("criu").c_str(), 0755);
    return path("criu");
  }
  static std::int64_t soon() { return sys::raw::monotonic_ns() + 10'000'000'000; }

 private:
  char folder_[32] = "/tmp/masu-criu-XXXXXX";
};

TEST_F(SessionTest, FindsTheProgram) {
  const std::string criu = program("");
  EXPECT_EQ(find_program("", "/nonexistent:" + path("")).value_or(""), path("") + "/criu");
  EXPECT_EQ(find_program(criu, "/nonexistent").value_or(""), criu);
  EXPECT_FALSE(find_program(path("other"), path("")));
  chmod(criu.c_str(), 0644);
  const auto missing = find_program("", path(""));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), Kind::unsupported);
  EXPECT_EQ(missing.error().hint_text(), "install the package criu");
}

TEST_F(SessionTest, AsksForTheVersion) {
  const auto version = read_version(program(kVersionAnswer));
  ASSERT_TRUE(version) << version.error().message();
  EXPECT_EQ(*version, (Version{3, 17, 1}));
}

TEST_F(SessionTest, TellsWhatCriuComplainedOf) {
  const auto version = read_version(program("echo 'Error (criu/vdso.c:381): vdso: bad' >&2; exit 1"));
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().message(), "CRIU: Error (criu/vdso.c:381): vdso: bad");
  EXPECT_NE(version.error().hint_text().find("criu check"), std::string::npos);
}

TEST_F(SessionTest, TellsHowCriuEnded) {
  EXPECT_EQ(read_version(program("exit 3")).error().message(), "CRIU ended with status 3 and no answer");
  EXPECT_EQ(read_version(program("kill -KILL $$")).error().message(), "CRIU was ended by signal 9");
  EXPECT_EQ(read_version(path("none")).error().err(), ENOENT);
}

TEST_F(SessionTest, RefusesAnAnswerThatIsNone) {
  EXPECT_EQ(read_version(program(R"(exec 9<&"$2"; dd bs=4096 count=1 <&9 >/dev/null 2>&1; printf junk >&9)"))
                .error()
                .kind(),
            Kind::invalid_spec);
}

TEST_F(SessionTest, ARefusalIsAnError) {
  auto session = Session::start(program(
      R"(exec 9<&"$2"; dd bs=4096 count=1 <&9 >/dev/null 2>&1; printf '\010\001\020\000\070\020' >&9)"));
  ASSERT_TRUE(session);
  const auto answer = session->perform(encode_request(Action::dump, nullptr), nullptr, soon());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().err(), EBUSY);
}

// A notification, whose answer decides what comes next: 3 bytes in, type and success.
constexpr char kAsks[] = R"(
exec 9<&"$2"
dd bs=4096 count=1 <&9 >/dev/null 2>&1
printf '\010\006\020\001\052\013\012\011post-dump' | dd ibs=1 obs=64 2>/dev/null >&9
answer=$(dd bs=4096 count=1 <&9 2>/dev/null | od -An -tu1 | tr -d '\n ')
[ "$answer" = 86241 ] || exit 7
printf '\010\001\020\001' >&9)";

TEST_F(SessionTest, NotificationsAreAnswered) {
  auto session = Session::start(program(kAsks));
  ASSERT_TRUE(session);
  std::string heard;
  const auto answer = session->perform(
      encode_request(Action::dump, nullptr),
      [&](const Response& notice, sys::Fd) -> Result<> {
        heard += notice.script;
        return {};
      },
      soon());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(heard, "post-dump");
}

TEST_F(SessionTest, AListenerThatFailsIsTheError) {
  auto session = Session::start(program(kAsks));
  ASSERT_TRUE(session);
  const auto answer = session->perform(
      encode_request(Action::dump, nullptr),
      [](const Response&, sys::Fd) -> Result<> { return fail(Error::sys(ENOSPC, "write")); }, soon());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().err(), ENOSPC);
}

TEST_F(SessionTest, WaitsNoLongerThanItMay) {
  auto session = Session::start(program(R"(exec dd bs=4096 count=2 of=/dev/null <&"$2" 2>/dev/null)"));
  ASSERT_TRUE(session);
  const auto answer =
      session->perform(encode_request(Action::dump, nullptr), nullptr, sys::raw::monotonic_ns() + 50'000'000);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), Kind::timeout);
}

TEST_F(SessionTest, PassesFdsUnderTheirNumbers) {
  int pipe[2];
  ASSERT_EQ(pipe2(pipe, O_CLOEXEC), 0);
  const int passed[] = {pipe[1]};
  auto session =
      Session::start(program("echo hello >&" + std::to_string(pipe[1]) + "; " + kVersionAnswer), passed);
  close(pipe[1]);
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->perform(encode_request(Action::version, nullptr), nullptr, soon()));
  char bytes[8] = {};
  EXPECT_EQ(read(pipe[0], bytes, sizeof bytes), 6);
  EXPECT_STREQ(bytes, "hello\n");
  close(pipe[0]);
}

}  // namespace
}  // namespace masu::criu
