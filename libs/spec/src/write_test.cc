// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/write.h"

#include "full_config.h"
#include "masu/spec/parse.h"

#include <gtest/gtest.h>

namespace masu::spec {
namespace {

// parse_test.cc shows that the full config sets every member of the structs.
TEST(Write, TheFullConfigComesBackEqual) {
  const Config config = *parse_config(kFullConfig);
  for (const auto layout : {json::Layout::compact, json::Layout::spaces, json::Layout::tabs}) {
    const auto again = parse_config(to_json(config, layout));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_TRUE(*again == config) << to_json(config, json::Layout::spaces);
  }
}

TEST(Write, PartsComeBackEqual) {
  const Config config = *parse_config(kFullConfig);
  EXPECT_TRUE(parse_process(to_json(*config.process)) == *config.process);
  EXPECT_TRUE(parse_resources(to_json(*config.linux_.resources)) == *config.linux_.resources);
  EXPECT_TRUE(parse_seccomp(to_json(*config.linux_.seccomp)) == *config.linux_.seccomp);
}

TEST(Write, LeavesOutWhatIsAbsent) {
  const Config config{.oci_version = "1.0.0", .root = {.path = "r"}};
  EXPECT_EQ(to_json(config), R"({"ociVersion":"1.0.0","root":{"path":"r"}})");
  EXPECT_EQ(to_json(Resources{}), "{}");
}

TEST(Write, KeepsWhatIsEmptyButPresent) {
  Config config{.oci_version = "1.0.0", .root = {.path = "r"}};
  config.hooks.poststop = {{.path = "/h", .env_given = true}};
  config.linux_.seccomp.emplace().flags.emplace();
  const auto again = parse_config(to_json(config));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(*again == config) << to_json(config);
}

TEST(Write, PutsADocumentInsideAnother) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("version", 1).key("process");
  write(out, Process{.args = {"a/b"}, .cwd = "/"});
  out.end_object();
  EXPECT_EQ(text, R"({"version":1,"process":{"user":{"uid":0,"gid":0},"args":["a/b"],"cwd":"/"}})");
}

}  // namespace
}  // namespace masu::spec
