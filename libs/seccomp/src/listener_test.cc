// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/listener.h"

#include "masu/sys/fd.h"
#include "masu/sys/socket.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::seccomp {
namespace {

class Listener : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(top_.data()), nullptr);
    top_.pop_back();                               // the NUL
    folder_ = top_ + "/" + std::string(110, 's');  // longer than sun_path
    ASSERT_EQ(mkdir(folder_.c_str(), 0700), 0);
  }
  void TearDown() override {
    (void)unlink((folder_ + "/agent.sock").c_str());
    (void)rmdir(folder_.c_str());
    (void)rmdir(top_.c_str());
  }

  std::string top_ = std::string("/tmp/masu-listener-XXXXXX") + '\0';
  std::string folder_;
};

TEST_F(Listener, TellsTheAgentInOneMessage) {
  auto folder = sys::open(folder_, O_PATH | O_DIRECTORY);
  ASSERT_TRUE(folder);
  auto agent = sys::listen_at(folder->get(), "agent.sock", SOCK_STREAM);
  ASSERT_TRUE(agent) << agent.error().message();
  const sys::Fd listener(memfd_create("listener", MFD_CLOEXEC));

  auto sent =
      send_listener(folder_ + "/agent.sock", listener.get(), {"1.2.0", 17, "me\"ta", R"({"id":"web"})"});
  ASSERT_TRUE(sent) << sent.error().message();

  const sys::Fd connection(accept4(agent->get(), nullptr, nullptr, SOCK_CLOEXEC));
  std::array<char, 4096> bytes{};
  int fd = -1;
  const long size = sys::receive_message(connection.get(), bytes.data(), bytes.size(), &fd);
  const sys::Fd received(fd);
  ASSERT_GT(size, 0);
  EXPECT_EQ(
      std::string(bytes.data(), static_cast<std::size_t>(size)),
      R"({"ociVersion":"1.2.0","fds":["seccompFd"],"pid":17,"metadata":"me\"ta","state":{"id":"web"}})");
  struct stat ours{}, theirs{};
  ASSERT_EQ(fstat(listener.get(), &ours), 0);
  ASSERT_EQ(fstat(received.get(), &theirs), 0);
  EXPECT_EQ(ours.st_ino, theirs.st_ino);
  EXPECT_EQ(sys::receive_message(connection.get(), bytes.data(), bytes.size()), 0)
      << "the runtime is done with it";
}

TEST_F(Listener, NamesTheAgentThatIsNotThere) {
  const auto sent = send_listener(folder_ + "/none", 0, {"1.2.0", 17, "", "{}"});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().err(), ENOENT);
  EXPECT_NE(sent.error().message().find("/none"), std::string::npos);
}

}  // namespace
}  // namespace masu::seccomp
