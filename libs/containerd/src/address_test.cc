// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

namespace masu::containerd {
namespace {

TEST(SocketPath, IsShortAndItsOwnForEachGroup) {
  const std::string longest(76, 'n');
  std::set<std::string> paths;
  for (const char* containerd : {"/run/containerd/containerd.sock", "/run/other.sock"})
    for (const std::string& space : {std::string("default"), longest})
      for (const std::string& group : {std::string("a"), std::string("b"), longest}) {
        const std::string path = socket_path(containerd, space, group);
        EXPECT_LT(path.size(), sizeof sockaddr_un::sun_path);
        EXPECT_EQ(path, socket_path(containerd, space, group));
        paths.insert(path);
      }
  EXPECT_EQ(paths.size(), 12u);
}

class GroupTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/masu-bundle.XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    bundle_ = name;
  }
  void TearDown() override {
    (void)unlink((bundle_ + "/config.json").c_str());
    (void)rmdir(bundle_.c_str());
  }
  Result<std::string> group(std::string_view config) {
    const auto folder = sys::open(bundle_, O_RDONLY | O_DIRECTORY);
    EXPECT_TRUE(folder);
    EXPECT_TRUE(sys::replace_file_at(folder->get(), "config.json", config, 0600));
    return group_of(bundle_, "own");
  }
  std::string bundle_;
};

TEST_F(GroupTest, IsThePodOrTheContainerItself) {
  EXPECT_EQ(group("{}").value(), "own");
  EXPECT_EQ(group(R"({"annotations": {"x": "y"}})").value(), "own");
  EXPECT_EQ(group(R"({"annotations": {"io.kubernetes.cri.sandbox-id": "pod"}})").value(), "pod");
  EXPECT_EQ(
      group(R"({"annotations": {"io.kubernetes.cri.sandbox-id": "pod", "io.containerd.runc.v2.group": "g"}})")
          .value(),
      "g");
}

TEST_F(GroupTest, OfABrokenBundleIsAnError) {
  EXPECT_FALSE(group("{"));
  EXPECT_FALSE(group(R"({"annotations": 7})"));
  EXPECT_FALSE(group_of("/no/such/bundle", "own"));
}

}  // namespace
}  // namespace masu::containerd
