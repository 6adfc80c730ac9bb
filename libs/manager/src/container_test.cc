// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/container.h"

#include "masu/manager/life.h"
#include "masu/store/tree.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>

namespace masu::manager {
namespace {

class ContainerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "containers-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    place_.root = path;
    place_.state = path + "/state";
  }
  void TearDown() override { EXPECT_TRUE(store::remove_tree(AT_FDCWD, place_.root.c_str())); }
  Place place_;
};

TEST_F(ContainerTest, TheRecordIsReadAsItWasWritten) {
  Request request;
  request.id = std::string(64, 'a');
  request.name = "web";
  request.args = {"sh", "-c", "a \"quoted\"\n word"};
  request.labels = {{"a", "b"}};
  request.mounts = {{"bind", "/src", "/dst", {"ro", "rbind"}}};
  request.ulimits = {{"RLIMIT_NOFILE", 1, UINT64_MAX}};
  request.oom_score_adj = -5;
  request.memory = 1 << 20;
  request.tty = true;
  const auto again = parse_request(to_json(request));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(to_json(*again), to_json(request));
  EXPECT_FALSE(parse_request("{}"));
  EXPECT_FALSE(parse_request("{\"id\": 1"));
}

TEST_F(ContainerTest, ANameIsTakenOnce) {
  Request request;
  request.name = "web";
  const auto first = create(place_, request);
  ASSERT_TRUE(first) << first.error().message();
  const auto second = create(place_, request);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), Kind::exists);
  EXPECT_EQ(list(place_)->size(), 1U);
  ASSERT_TRUE(remove(place_, *first));
  EXPECT_TRUE(create(place_, request));
}

TEST_F(ContainerTest, FoundByIdBeginningAndName) {
  const auto one = create(place_, {});
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->name.empty());
  EXPECT_EQ(find(place_, one->id)->id, one->id);
  EXPECT_EQ(find(place_, one->id.substr(0, 6))->id, one->id);
  EXPECT_EQ(find(place_, one->name)->id, one->id);
  EXPECT_EQ(find(place_, "nobody").error().kind(), Kind::not_found);
  EXPECT_EQ(find(place_, "../x").error().kind(), Kind::not_found);
  EXPECT_EQ(find(place_, "").error().kind(), Kind::not_found);
}

TEST(StartFailure, TheExitCodeThatItMeans) {
  const auto code = [](const char* text) { return start_failure_code(Error::make(Kind::system, text)); };
  EXPECT_EQ(code("masu-runtime create: exec: \"x\": executable file not found in $PATH"), 127);
  EXPECT_EQ(code("crun: executable file `x` not found: No such file or directory"), 127);
  EXPECT_EQ(code("exec: \"/etc/passwd\": permission denied (EACCES)"), 126);
  EXPECT_EQ(code("mount: no such file or directory"), 125);
}

}  // namespace
}  // namespace masu::manager
