// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/commit.h"

#include <gtest/gtest.h>

namespace masu::manager {
namespace {

using Words = std::vector<std::string>;

Request some_request() {
  Request out;
  out.args = {"/entry", "serve"};
  out.env = {"A=1"};
  out.user = "1000";
  out.cwd = "/srv";
  out.labels = {{"made", "by hand"}};
  out.exposed = {"80/tcp"};
  out.stop_signal = "INT";
  return out;
}

TEST(CommitTest, TheContainersOwnSettingsAreTheImages) {
  image::Config base;
  base.entrypoint = {"/entry"};
  base.cmd = {"default"};
  base.author = "before";
  base.volumes = {"/data"};
  base.history = {{.created_by = "first"}};
  const auto made =
      committed_config(base, some_request(), {.created = "2026-01-01T00:00:00Z", .message = "why"});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->entrypoint, Words{"/entry"});
  EXPECT_EQ(made->cmd, Words{"serve"});
  EXPECT_EQ(made->env, Words{"A=1"});
  EXPECT_EQ(made->user, "1000");
  EXPECT_EQ(made->working_dir, "/srv");
  EXPECT_EQ(made->labels.at("made"), "by hand");
  EXPECT_EQ(made->exposed_ports, Words{"80/tcp"});
  EXPECT_EQ(made->volumes, Words{"/data"});
  EXPECT_EQ(made->stop_signal, "INT");
  EXPECT_EQ(made->author, "before");
  ASSERT_EQ(made->history.size(), 2U);
  EXPECT_EQ(made->history[0].created_by, "first");
  EXPECT_EQ(made->history[1].created_by, "/entry serve");
  EXPECT_EQ(made->history[1].comment, "why");
  EXPECT_EQ(made->history[1].created, "2026-01-01T00:00:00Z");
}

TEST(CommitTest, AnotherEntrypointIsWholeInTheCommand) {
  image::Config base;
  base.entrypoint = {"/other", "x", "y"};
  const auto made = committed_config(base, some_request(), {.author = "me"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->entrypoint, Words{});
  EXPECT_EQ(made->cmd, (Words{"/entry", "serve"}));
  EXPECT_EQ(made->author, "me");
}

TEST(CommitTest, ChangesComeLast) {
  const auto made =
      committed_config({}, some_request(), {.changes = {"CMD [\"new\"]", "ENV A=2", "USER root"}});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->cmd, Words{"new"});
  EXPECT_EQ(made->env, Words{"A=2"});
  EXPECT_EQ(made->user, "root");
  const auto refused = committed_config({}, some_request(), {.changes = {"RUN x"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::usage);
}

TEST(CommitTest, MountPointsAreLeftOut) {
  Request request;
  request.mounts = {{.type = "volume", .source = "v", .destination = "/data/"}};
  for (const char* path :
       {"data", "data/x", "etc/hosts", "etc/resolv.conf", "dev", "dev/x", "run/.containerenv"})
    EXPECT_TRUE(is_mounted_over(request, path)) << path;
  for (const char* path : {"database", "etc", "etc/hosts.allow", "run", "device", "srv/data"})
    EXPECT_FALSE(is_mounted_over(request, path)) << path;
  request.no_hosts = true;
  EXPECT_FALSE(is_mounted_over(request, "etc/hosts"));
}

}  // namespace
}  // namespace masu::manager
